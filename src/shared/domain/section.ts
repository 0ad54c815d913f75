import { z } from 'zod';
import type { EventId, RecordingId, SectionId, SourceId } from '../units.ts';
import { daySchema, storedDaySchema } from './day.ts';

/** The noise floor is taken once for so many windows: 30 s. */
export const FLOOR_BLOCK_WINDOWS = 300;
/** Percentile of a block's windows that is its noise floor; between two ranks, as far as the rank lies between them. */
export const FLOOR_PERCENTILE = 20;
/** What makes a section of the envelope. */
export const detectionSchema = z.object({
  /** dB above the noise floor from which a window is loud. */
  marginDb: z.number('Enter a number of dB.').min(1, 'Use at least 1 dB.').max(60, 'Use at most 60 dB.'),
  /** Loud stretches with less than this between them are one section, s. */
  graceSeconds: z.number('Enter a number of seconds.').min(0, 'Enter 0 or more.').max(60, 'Use at most 60 s.'),
  /** Shorter sections are left out, s. */
  minSeconds: z.number('Enter a number of seconds.').min(0, 'Enter 0 or more.').max(600, 'Use at most 600 s.'),
  /** So much before a section is played with it, s. Not a part of the section. */
  preRollSeconds: z.number('Enter a number of seconds.').min(0, 'Enter 0 or more.').max(60, 'Use at most 60 s.'),
});
export type Detection = z.infer<typeof detectionSchema>;
export const DEFAULT_DETECTION: Detection = { marginDb: 12, graceSeconds: 2, minSeconds: 0, preRollSeconds: 1 };

/** A source's own detection, where it differs from the settings. */
export const detectionOverridesSchema = detectionSchema.partial();
export type DetectionOverrides = z.infer<typeof detectionOverridesSchema>;

export const verdictSchema = z.enum(['keep', 'discard', 'star']);
export type Verdict = z.infer<typeof verdictSchema>;

export const labelSchema = z.string().trim().max(80, 'Use at most 80 characters.');
export const noteSchema = z.string().trim().max(2000, 'Use at most 2000 characters.');

const sourceId = z.uuid().transform((value) => value as SourceId);
const recordingId = z.uuid().transform((value) => value as RecordingId);

/** Of a recording: `<recording>:<first window>`. Detection with other settings may give another one. */
export const sectionIdSchema = z
  .string()
  .regex(/^[0-9a-f-]{36}:\d{1,10}$/, 'There is no such section.')
  .transform((value) => value as SectionId);

/** What a detector finds in one envelope. Windows are counted from the start of the recording. */
export const foundSectionSchema = z.object({
  /** First window. */
  first: z.int().min(0),
  /** Last window, exclusive. */
  end: z.int().min(1),
  /** Window with the highest level above the floor. */
  peak: z.int().min(0),
  /** Level of that window, dBFS. */
  peakDb: z.number(),
  /** Noise floor there, dBFS. */
  floorDb: z.number(),
  /** How far it is above the floor there, dB. */
  score: z.number(),
});
export type FoundSection = z.infer<typeof foundSectionSchema>;

/** A loud stretch of a recording. Instants are ms since 1970 UTC, `to` is exclusive. */
export const sectionSchema = z.object({
  id: sectionIdSchema,
  recordingId,
  sourceId,
  sourceName: z.string(),
  from: z.number(),
  to: z.number(),
  /** The same from the start of the recording, s. */
  fromSeconds: z.number(),
  toSeconds: z.number(),
  /** Of the recording: minutes east of UTC. */
  offsetMinutes: z.number(),
  day: storedDaySchema,
  peakAt: z.number(),
  peakDb: z.number(),
  floorDb: z.number(),
  /** dB; its peak above the noise floor. */
  score: z.number(),
  /** What a person said of it; kept by the instant of its peak, so that it survives other settings of detection. */
  verdict: verdictSchema.optional(),
  label: z.string().optional(),
  note: z.string().optional(),
  /** Its recording is still being made. */
  live: z.boolean().optional(),
});
export type Section = z.infer<typeof sectionSchema>;

/**
 * One thing that was heard: the sections of all sources that overlap in time by at least half of the shorter one, and
 * those that go on over a boundary.
 */
export const soundEventSchema = z.object({
  /** Id of its section with the highest score. */
  id: sectionIdSchema.transform((value) => value as string as EventId),
  from: z.number(),
  to: z.number(),
  score: z.number(),
  /** The highest score first, at least one. */
  sections: z.array(sectionSchema).min(1),
  /** Of the section with the highest score that has one. */
  verdict: verdictSchema.optional(),
});
export type SoundEvent = z.infer<typeof soundEventSchema>;

/** A labelled instant set by a person. */
export const markerSchema = z.object({
  id: z.uuid(),
  /** ms since 1970 UTC: when the key went down, or the place that was chosen. */
  at: z.number().min(0).max(253_402_300_799_999),
  label: labelSchema,
  /** Of one source; absent: of all. */
  sourceId: sourceId.optional(),
  /** Local calendar day of `at`. */
  day: daySchema,
});
export type Marker = z.infer<typeof markerSchema>;
