import { z } from 'zod';
import { daySchema, storedDaySchema } from '../domain/day.ts';
import { libraryFilterSchema } from '../domain/filter.ts';
import { gapCauseSchema, recordingSchema, recordingStateSchema } from '../domain/recording.ts';
import {
  detectionSchema,
  foundSectionSchema,
  labelSchema,
  markerSchema,
  noteSchema,
  sectionIdSchema,
  sectionSchema,
  soundEventSchema,
  verdictSchema,
} from '../domain/section.ts';
import type { RecordingId, SourceId } from '../units.ts';

const recordingId = z.uuid().transform((value) => value as RecordingId);
const sourceId = z.uuid().transform((value) => value as SourceId);
const instant = z.number().min(0).max(253_402_300_799_999);
const seconds = z.number().min(0).max(1e7);
const done = z.void();

/** Sections of the recordings that the filter means. */
const scope = { filter: libraryFilterSchema };
export const MAX_HIGHLIGHTS = 500;
export const DEFAULT_HIGHLIGHTS = 50;
const MAX_CALENDAR_DAYS = 800;

/** One source on the timeline. What begins in the same column may come as one. */
export const laneSchema = z.object({
  sourceId,
  sourceName: z.string(),
  extents: z.array(
    z.object({ recordingId, from: z.number(), to: z.number(), state: recordingStateSchema, analysed: z.boolean() }),
  ),
  gaps: z.array(z.object({ from: z.number(), to: z.number(), cause: gapCauseSchema })),
  sections: z.array(
    z.object({
      id: sectionIdSchema,
      from: z.number(),
      to: z.number(),
      score: z.number(),
      verdict: verdictSchema.optional(),
    }),
  ),
});
export type Lane = z.infer<typeof laneSchema>;

/** How far the analysis of the library is. */
export const analysisStateSchema = z.object({
  /** Recordings that still have no envelope. */
  waiting: z.number(),
  /** Since the queue was last empty. */
  done: z.number(),
  /** The one in work, and how much of it is done, 0..1. */
  current: z.object({ recordingId, fraction: z.number() }).optional(),
  /** Why nothing is analysed although there is work. */
  held: z.enum(['paused', 'battery', 'no decoder']).optional(),
  /** What a person can do about it, as a sentence. */
  advice: z.string().optional(),
});
export type AnalysisState = z.infer<typeof analysisStateSchema>;

/** A stretch of the kept envelope, at most as many points as were asked for: the highest of each stretch. */
export const envelopeSchema = z.object({
  /** First window, and windows that each point stands for. */
  firstWindow: z.number(),
  windowsPerPoint: z.number(),
  /** dBFS. */
  level: z.array(z.number()),
  floor: z.array(z.number()),
  /** From which level on a window is loud: floor + margin. */
  marginDb: z.number(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export const explanationSchema = z.object({
  /** dBFS. */
  level: z.number(),
  floor: z.number(),
  marginDb: z.number(),
  /** How many dB are missing to be loud; 0 or less: it is loud. */
  missingDb: z.number(),
  /** The section that the spot is in. */
  section: foundSectionSchema.optional(),
  /** It is loud, but the stretch is shorter than the least length. */
  tooShort: z.boolean(),
});
export type Explanation = z.infer<typeof explanationSchema>;

export const reviewRequests = {
  /** In order of time. */
  'review.sections': {
    input: z.strictObject({ recordingId }),
    output: z.array(sectionSchema),
  },
  /** Null takes it back. Sections that are not there any more are left out; NOT_FOUND when none is. */
  'review.setVerdict': {
    input: z.strictObject({ ids: z.array(sectionIdSchema).min(1).max(10_000), verdict: verdictSchema.nullable() }),
    output: done,
  },
  /** An empty text removes it; without the field it stays. */
  'review.setNote': {
    input: z.strictObject({ id: sectionIdSchema, label: labelSchema.optional(), note: noteSchema.optional() }),
    output: sectionSchema,
  },

  /**
   * From `from` (inclusive) to `to` (exclusive), in order of time, at most 10,000; of a source together with those that
   * are of all sources.
   */
  'markers.list': {
    input: z.strictObject({ from: instant, to: instant, sourceId: sourceId.optional() }),
    output: z.array(markerSchema),
  },
  /** Without `at`: now. `at` is when the key went down. */
  'markers.add': {
    input: z.strictObject({ at: instant.optional(), label: labelSchema, sourceId: sourceId.optional() }),
    output: markerSchema,
  },
  'markers.update': {
    input: z.strictObject({ id: z.uuid(), label: labelSchema, at: instant.optional() }),
    output: markerSchema,
  },
  'markers.remove': { input: z.strictObject({ id: z.uuid() }), output: done },
} as const;

/** What is answered from the whole library at once. */
export const reviewQueries = {
  /**
   * The loudest events, the highest score first, and how much of the review is done. An event has at most 200 sections,
   * those with the highest scores.
   */
  'review.highlights': {
    input: z.strictObject({ ...scope, limit: z.int().min(1).max(MAX_HIGHLIGHTS) }),
    output: z.object({
      events: z.array(soundEventSchema),
      /** Events that the filter means. */
      total: z.number(),
      /** How many of them have a verdict. */
      reviewed: z.number(),
      starred: z.number(),
    }),
  },
  /**
   * The event before or after an instant; without `at` the first or the last. Undefined: there is none. Of all that the
   * filter means, also with `unreviewed`, `total` is the number and `index` the place in time, from 0; -1 without one.
   */
  'review.step': {
    input: z.strictObject({
      ...scope,
      /** Begins after (next) or before (previous) this; ms since 1970 UTC. */
      at: instant.optional(),
      direction: z.enum(['next', 'previous']),
      /** Only those without a verdict. */
      unreviewed: z.boolean().optional(),
    }),
    output: z.object({ event: soundEventSchema.optional(), index: z.number(), total: z.number() }),
  },
  /**
   * Extents, gaps and sections of every source that has any between two instants, at most 400 days apart. Of those that
   * begin in the same column of `resolutionMs`, or of a coarser one where that were too many, one comes, which covers all
   * of them: the longest recording or gap, the section with the highest score.
   */
  'review.timeline': {
    input: z
      .strictObject({
        from: instant,
        to: instant,
        /** Only what it means, and the gaps of those sources. */
        filter: libraryFilterSchema.optional(),
        /** What a pixel stands for, ms. */
        resolutionMs: z.number().min(0).max(1e10),
      })
      .refine(({ from, to }) => from < to, 'The end must come after the beginning.')
      .refine(({ from, to }) => to - from <= 400 * 86_400_000, 'Ask for at most 400 days.'),
    output: z.object({ lanes: z.array(laneSchema) }),
  },

  /** Which recordings the filter means: newest first. */
  'library.find': {
    input: z.strictObject({ ...scope, offset: z.int().min(0), limit: z.int().min(1).max(500) }),
    output: z.object({ recordings: z.array(recordingSchema), shown: z.number(), total: z.number() }),
  },
  /** Days that hold recordings the filter means, newest first, with the totals of those; and N of M recordings. */
  'library.findDays': {
    input: z.strictObject(scope),
    output: z.object({
      days: z.array(
        z.object({ day: storedDaySchema, recordings: z.number(), durationMs: z.number(), bytes: z.number() }),
      ),
      shown: z.number(),
      total: z.number(),
    }),
  },
  /** For a heat map; days without anything are left out. At most 800 days. */
  'library.calendar': {
    input: z
      .strictObject({ fromDay: daySchema, toDay: daySchema, sourceIds: z.array(sourceId).max(1000).optional() })
      .refine(({ fromDay, toDay }) => fromDay <= toDay, 'The last day must not come before the first.')
      .refine(
        ({ fromDay, toDay }) => Date.parse(toDay) - Date.parse(fromDay) < MAX_CALENDAR_DAYS * 86_400_000,
        `Ask for at most ${MAX_CALENDAR_DAYS} days.`,
      ),
    output: z.array(
      z.object({
        day: storedDaySchema,
        recordings: z.number(),
        durationMs: z.number(),
        gapMs: z.number(),
        sections: z.number(),
        topScore: z.number(),
        markers: z.number(),
      }),
    ),
  },
} as const;

export const analysisRequests = {
  /** Why a spot of a recording is, or is not, in a section. CONFLICT while it is not analysed. */
  'review.explain': { input: z.strictObject({ recordingId, atSeconds: seconds }), output: explanationSchema },
  'review.envelope': {
    input: z.strictObject({
      recordingId,
      fromSeconds: seconds,
      toSeconds: seconds,
      points: z.int().min(2).max(16_384),
    }),
    output: envelopeSchema,
  },

  'analysis.state': { input: z.strictObject({}), output: analysisStateSchema },
  'analysis.pause': { input: z.strictObject({ paused: z.boolean() }), output: analysisStateSchema },
  /** Detects anew in all kept envelopes of these days, with the present settings; tells how many sections there are. */
  'analysis.detect': {
    input: z.strictObject({
      fromDay: daySchema.optional(),
      toDay: daySchema.optional(),
      sourceId: sourceId.optional(),
    }),
    output: z.object({ recordings: z.number(), sections: z.number() }),
  },
  /** What is detected with, of all sources. Changing it detects everything anew, the newest day first. */
  'analysis.settings': {
    input: z.strictObject({ sourceId: sourceId.optional() }),
    output: detectionSchema,
  },
} as const;

export const reviewEvents = {
  /** Sections of a recording are others now, or more; `live` ones come while it records. */
  'sections.changed': z.object({ recordingId, sourceId, day: storedDaySchema }),
  /** What a person said of sections changed. */
  'verdicts.changed': z.object({ ids: z.array(sectionIdSchema), verdict: verdictSchema.nullable() }),
  'markers.changed': z.object({ marker: markerSchema, removed: z.boolean() }),
} as const;

export const analysisEvents = {
  /** At most once a second. */
  'analysis.progress': analysisStateSchema,
} as const;
