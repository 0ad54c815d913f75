import { z } from 'zod';
import { daySchema } from '../domain/day.ts';
import { sectionIdSchema } from '../domain/section.ts';
import type { RecordingId } from '../units.ts';

/** Longest audio that is made ready for a drag or the clipboard, s: it is a copy, which takes time and room. */
export const MAX_READY_SECONDS = 4 * 3600;

const recordingId = z.uuid().transform((value) => value as RecordingId);
const seconds = z.number().min(0).max(1e7);

/** What is cut out: a stretch of one recording, or of consecutive recordings of one source. */
export const cutRangeSchema = z
  .strictObject({
    /** In which `fromSeconds` lies; the cut goes on into the recordings that follow it where it is longer. */
    recordingId,
    fromSeconds: seconds,
    /** From the start of that same recording; may lie beyond its end. */
    toSeconds: seconds,
    /** WAV and FLAC: moves both ends to the nearest zero crossing within 10 ms. */
    snap: z.boolean().optional(),
  })
  .refine(({ fromSeconds, toSeconds }) => fromSeconds < toSeconds, 'The end must come after the beginning.');
export type CutRange = z.infer<typeof cutRangeSchema>;

const FADE = 'A fade takes 0 to 60 seconds.';
const GAIN = 'The gain is from −60 to 60 dB.';
const fadeMsSchema = z.number().min(0, FADE).max(60_000, FADE);

export const exportFormatSchema = z.discriminatedUnion('kind', [
  /** The recording's own codec, not re-encoded. */
  z.strictObject({ kind: z.literal('cut') }),
  z.strictObject({
    kind: z.literal('convert'),
    to: z.enum(['wav', 'flac', 'mp3', 'opus', 'm4a']),
    fadeInMs: fadeMsSchema.optional(),
    fadeOutMs: fadeMsSchema.optional(),
    gainDb: z.number().min(-60, GAIN).max(60, GAIN).optional(),
  }),
]);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** What is exported. */
export const exportContentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('range'), range: cutRangeSchema }),
  z.strictObject({ kind: z.literal('sections'), ids: z.array(sectionIdSchema).min(1).max(5000) }),
  z.strictObject({ kind: z.literal('recordings'), ids: z.array(recordingId).min(1).max(10_000) }),
  /** All starred sections of a day, in order of time. */
  z.strictObject({ kind: z.literal('reel'), day: daySchema }),
]);
export type ExportContent = z.infer<typeof exportContentSchema>;

export const exportRequestSchema = z.strictObject({
  content: exportContentSchema,
  format: exportFormatSchema,
  /**
   * `one`: all in one file, with a cue sheet beside it; `each`: a file each; or a table of the sections and no audio.
   * `audacity labels`: one label track for each recording, to go with its own file.
   */
  shape: z.enum(['one', 'each', 'csv', 'audacity labels']),
  /** With audio also labels: `one`: at their times in that file; `each`: as `audacity labels`. */
  labels: z.boolean().optional(),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;

export const exportJobSchema = z.object({
  id: z.uuid(),
  /** For a person: what is exported. */
  title: z.string(),
  state: z.enum(['working', 'done', 'cancelled', 'failed']),
  /** 0..1. */
  fraction: z.number(),
  /** Absolute; what was written. */
  files: z.array(z.string()),
  /** What it really begins and ends with, ms since 1970 UTC; of `range`. */
  bounds: z.object({ from: z.number(), to: z.number() }).optional(),
  /** Why it failed and what to do. */
  message: z.string().optional(),
});
export type ExportJob = z.infer<typeof exportJobSchema>;

export const exportRequests = {
  /** Where a cut would really begin and end, ms since 1970 UTC, and what it would be called. */
  'exports.plan': {
    input: z.strictObject({ range: cutRangeSchema }),
    output: z.object({
      from: z.number(),
      to: z.number(),
      /** Of the place of recording, and its name. */
      offsetMinutes: z.int(),
      zone: z.string(),
      fileName: z.string(),
      bytes: z.number(),
      recordings: z.int(),
    }),
  },
  /** Whether all of it can be one file as it was recorded, of what kind it is, and if it cannot, why and what to do. */
  'exports.joinable': {
    input: z.strictObject({ content: exportContentSchema }),
    output: z.object({ pieces: z.int(), kinds: z.array(z.string()), problem: z.string().optional() }),
  },
  /**
   * Where to is asked by the desktop: no face names a place on this computer, and one without a desktop gets
   * NOT_ALLOWED. Undefined when the person chose none. Nothing is overwritten. `exports.changed` events follow.
   */
  'exports.start': { input: exportRequestSchema, output: exportJobSchema.optional() },
  'exports.cancel': { input: z.strictObject({ id: z.uuid() }), output: z.void() },
  'exports.list': { input: z.strictObject({}), output: z.array(exportJobSchema) },
  /** Makes the cut in the cache, so that a drag or a copy has a file at once; at most MAX_READY_SECONDS of audio. Kept for a day. */
  'exports.ready': {
    input: z.strictObject({ content: exportContentSchema, format: exportFormatSchema }),
    output: z.object({ token: z.uuid(), fileName: z.string(), bytes: z.number() }),
  },
  /** Begins to drag a made cut out of the window. Only where there is a desktop. */
  'desktop.startDrag': { input: z.strictObject({ token: z.uuid() }), output: z.void() },
  /** Puts a made cut on the clipboard as a file. Only where there is a desktop. */
  'desktop.copyFile': { input: z.strictObject({ token: z.uuid() }), output: z.void() },
  'desktop.revealExport': { input: z.strictObject({ id: z.uuid() }), output: z.void() },
} as const;

export const exportEvents = {
  /** At most four times a second for each. */
  'exports.changed': exportJobSchema,
} as const;
