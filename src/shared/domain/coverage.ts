import { z } from 'zod';
import type { GapId, RecordingId, SourceId } from '../units.ts';
import { gapCauseSchema } from './recording.ts';

/** Why nothing was captured while a source was armed. */
const missingCauseSchema = z.enum([
  ...gapCauseSchema.options,
  /** The input was being opened. */
  'starting',
  /** Neither a recording nor a gap accounts for it. */
  'unexplained',
]);

const sourceId = z.uuid().transform((value) => value as SourceId);

/** A stretch of armed time without audio. Instants are ms since 1970 UTC; `to` is exclusive. */
export const missingSchema = z.object({
  from: z.number(),
  to: z.number(),
  cause: missingCauseSchema,
  /** The gap that accounts for it. */
  gapId: z
    .uuid()
    .transform((value) => value as GapId)
    .optional(),
});
export type Missing = z.infer<typeof missingSchema>;

/** A stretch in which a source was armed. `to` is absent while it lasts. */
export const armedSpanSchema = z.object({
  /** Clipped to the time asked for when it began before. */
  from: z.number(),
  to: z.number().optional(),
  /** It began, or ended, in the time asked for. */
  began: z.boolean(),
  ended: z.boolean(),
  /** Who ended it: `person`, `quit`, `removed`, `changed`, `crash`. */
  reason: z.string().optional(),
});
export type ArmedSpan = z.infer<typeof armedSpanSchema>;

export const sourceCoverageSchema = z.object({
  sourceId,
  sourceName: z.string(),
  /** Time in which it should have captured, ms: armed, without pauses and without what a set clock skipped. */
  armedMs: z.number(),
  /** How much of that was captured, ms; also of recordings that were deleted since. */
  capturedMs: z.number(),
  /** Armed, but paused by a person; in none of the others. */
  pausedMs: z.number(),
  /** How much of what was captured is in no file any more, because Longtake deleted it, ms. */
  deletedMs: z.number(),
  /** Longest first, at most {@link MAX_MISSING}. */
  missing: z.array(missingSchema),
  /** How many there are. */
  missingCount: z.number(),
  armed: z.array(armedSpanSchema),
});
export type SourceCoverage = z.infer<typeof sourceCoverageSchema>;

export const coverageSchema = z.object({
  from: z.number(),
  /** Not after now. */
  to: z.number(),
  /** Sources that were armed in this time, by name. */
  sources: z.array(sourceCoverageSchema),
});
export type Coverage = z.infer<typeof coverageSchema>;

/** At most this many missing stretches of a source are told. */
export const MAX_MISSING = 100;

/** What does not fit at a boundary. */
export const seamFindingSchema = z.object({
  recordingId: z.uuid().transform((value) => value as RecordingId),
  sourceId,
  sourceName: z.string(),
  /** Start of the recording after the boundary, ms since 1970 UTC. */
  at: z.number(),
  message: z.string(),
});
export type SeamFinding = z.infer<typeof seamFindingSchema>;

export const seamReportSchema = z.object({
  /** Boundaries looked at: every recording but the first of each source. */
  seams: z.number(),
  /** Of these: proven gapless by the counters of the recordings on both sides. */
  gapless: z.number(),
  /** Of these: a new connection, or a stated loss, accounted for by a gap. */
  accounted: z.number(),
  /** Of these: recorded before there were counters; nothing speaks against them. */
  unproven: z.number(),
  findings: z.array(seamFindingSchema),
  /** How many findings there are; at most 1000 are told. */
  findingCount: z.number(),
});
export type SeamReport = z.infer<typeof seamReportSchema>;
