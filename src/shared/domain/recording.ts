import { z } from 'zod';
import type { GapId, RecordingId, SourceId } from '../units.ts';
import { storedDaySchema } from './day.ts';
import { audioFormatSchema } from './source.ts';

/** ms since 1970 UTC, up to the end of the year 9999. What is on disk may be anybody's, so its numbers have bounds. */
const instantSchema = z.number().min(0).max(253_402_300_799_999);

export const containerSchema = z.enum(['wav', 'mp3', 'adts', 'ogg', 'flac']);
export type Container = z.infer<typeof containerSchema>;

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
  /**
   * Verified from the counters: its first sample is the one after the last sample of the recording before, and that one
   * was closed with all of its samples on disk.
   */
  'gapless',
  /** Audio is missing between it and the recording before; `missingSamples` says how much, when that is known. */
  'missing',
  /** It follows a recording of the same connection that is not closed yet. */
  'unverified',
]);
export type Seam = z.infer<typeof seamSchema>;

/** The start of a file of coded audio that needs data from before the file. Joined with it, nothing is lost. */
export const coldStartSchema = z.object({
  /** Frames or packets of the file. */
  frames: z.int().min(1).max(1e6),
  /** Sample frames that they decode to. */
  samples: z.int().min(0).max(1e9),
  /**
   * Sample frames at the very start for which a decoder gives nothing: they are not part of the recording's `samples`.
   * What else is cold plays, but not exactly as in the stream.
   */
  unplayed: z.int().min(1).max(1e9).optional(),
});
export type ColdStart = z.infer<typeof coldStartSchema>;

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
  day: storedDaySchema,
  container: containerSchema,
  format: audioFormatSchema,
  /** Duration in sample frames; while recording: as far as known. */
  samples: z.int().min(0).max(1e12),
  /** Of the file. */
  bytes: z.int().min(0).max(1e15),
  state: recordingStateSchema,
  seam: seamSchema,
  /** Of the unbroken capture that it is a part of; the recordings of one share its count of sample frames. */
  connection: z.uuid().optional(),
  /** Number of its first sample frame within `connection`, from 0. What is missing in between is counted. */
  firstSample: z.int().min(0).max(1e13).optional(),
  /** Sample frames missing between the recording before and this one; with the seam `missing` alone. */
  missingSamples: z.int().min(0).max(1e13).optional(),
  /** What its beginning costs when the file is played alone; absent when nothing. */
  coldStart: coldStartSchema.optional(),
  /** Last title on air that the recording heard. */
  title: z.string().optional(),
  /** A person locked it: it is not deleted. The ledger has lines of their own for this. */
  locked: z.boolean().optional(),
  /** The disk refused to write the true length into the header of this WAV file: it is mended once the disk takes it. */
  unmended: z.boolean().optional(),
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
  day: storedDaySchema,
});
export type Gap = z.infer<typeof gapSchema>;

/** Totals of one local day. */
export const daySummarySchema = z.object({
  day: storedDaySchema,
  recordings: z.number(),
  /** Sum of durations, ms. */
  durationMs: z.number(),
  bytes: z.number(),
  gaps: z.number(),
  /** Sum of the gaps that have ended, ms. */
  gapMs: z.number(),
  /** Of the day's recordings; and how many of them have a verdict. */
  sections: z.number().optional(),
  reviewed: z.number().optional(),
});
export type DaySummary = z.infer<typeof daySummarySchema>;
