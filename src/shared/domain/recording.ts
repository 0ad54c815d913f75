import { z } from 'zod';
import type { Day, GapId, RecordingId, SourceId } from '../units.ts';
import { audioFormatSchema } from './source.ts';

/** ms since 1970 UTC, up to the end of the year 9999. What is on disk may be anybody's, so its numbers have bounds. */
const instantSchema = z.number().min(0).max(253_402_300_799_999);

export const containerSchema = z.enum(['wav', 'mp3', 'adts']);
export type Container = z.infer<typeof containerSchema>;

/** File name extension of a container, without the dot. */
export const containerExtension = { wav: 'wav', mp3: 'mp3', adts: 'aac' } as const satisfies Record<Container, string>;

export const recordingStateSchema = z.enum([
  /** The recorder writes to it now. */
  'recording',
  /** Closed by the recorder. */
  'complete',
  /** Found unfinished after a crash and made playable. */
  'repaired',
  /** Cannot be read as audio; the file is left as it is. */
  'damaged',
]);

/** How a recording follows the one before it of the same source. */
export const seamSchema = z.enum([
  /** The first of a connection, or after a pause: there is nothing to join. */
  'first',
  /** Its first sample is the one after the last sample of the recording before. */
  'gapless',
]);
export type Seam = z.infer<typeof seamSchema>;

export const recordingSchema = z.object({
  id: z.uuid().transform((value) => value as RecordingId),
  sourceId: z.uuid().transform((value) => value as SourceId),
  sourceName: z.string(),
  sourceKind: z.enum(['soundcard', 'stream', 'generator']),
  /** Recordings folder, absolute, as it was when the recording was made or found. */
  root: z.string(),
  /** Relative to `root`, with `/` on every system. */
  path: z.string(),
  /** ms since 1970 UTC. */
  startedAt: instantSchema,
  /** Zone of the place of recording at the start: minutes east of UTC. */
  offsetMinutes: z.number().min(-1440).max(1440),
  /** IANA name, such as Europe/Berlin. */
  zone: z.string(),
  /** Local calendar day of the start. */
  day: z.string().transform((value) => value as Day),
  container: containerSchema,
  format: audioFormatSchema,
  /** Duration in sample frames; while recording: as far as known. */
  samples: z.int().min(0).max(1e12),
  /** Of the file. */
  bytes: z.int().min(0).max(1e15),
  state: recordingStateSchema,
  seam: seamSchema,
  /** Last title on air that the recording heard. */
  title: z.string().optional(),
});
export type Recording = z.infer<typeof recordingSchema>;

export const gapCauseSchema = z.enum([
  'device lost',
  'stream lost',
  'server refused',
  'disk full',
  'disk error',
  'too slow',
  'crash',
  'asleep',
  'paused',
  /** Armed, and the input is being opened for the first time. */
  'starting',
]);
export type GapCause = z.infer<typeof gapCauseSchema>;

export const gapSchema = z.object({
  id: z.uuid().transform((value) => value as GapId),
  sourceId: z.uuid().transform((value) => value as SourceId),
  sourceName: z.string(),
  cause: gapCauseSchema,
  /** A sentence for a person. */
  detail: z.string(),
  /** ms since 1970 UTC. */
  from: instantSchema,
  /** ms since 1970 UTC; absent while the gap lasts. */
  to: instantSchema.optional(),
  /** Local calendar day of `from`. */
  day: z.string().transform((value) => value as Day),
});
export type Gap = z.infer<typeof gapSchema>;

/** Totals of one local day. */
export const daySummarySchema = z.object({
  day: z.string().transform((value) => value as Day),
  recordings: z.number(),
  /** Sum of durations, ms. */
  durationMs: z.number(),
  bytes: z.number(),
  gaps: z.number(),
  /** Sum of the gaps that have ended, ms. */
  gapMs: z.number(),
});
export type DaySummary = z.infer<typeof daySummarySchema>;
