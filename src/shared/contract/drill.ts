import { z } from 'zod';
import { gapCauseSchema } from '../domain/recording.ts';
import type { SourceId } from '../units.ts';

const sourceId = z.uuid().transform((value) => value as SourceId);

/** What a failure drill makes happen, in this order. */
export const drillFaultKinds = ['unplug', 'stream lost', 'disk full', 'kill', 'clock'] as const;
export const drillFaultKindSchema = z.enum(drillFaultKinds);
export type DrillFaultKind = z.infer<typeof drillFaultKindSchema>;

/** What a fault cost one source. */
const drillLossSchema = z.object({
  source: z.string(),
  /** Armed, and in no file, s. */
  lostSeconds: z.number(),
  /** What the ledger's rows about it come to, s. */
  toldSeconds: z.number(),
  /** What those rows name as the cause. */
  causes: z.array(gapCauseSchema),
});

export const drillFaultSchema = z.object({
  kind: drillFaultKindSchema,
  title: z.string(),
  /** For a person: what is done. */
  story: z.string(),
  /** `judging`: over, and not held against the ledger yet. */
  state: z.enum(['waiting', 'happening', 'judging', 'passed', 'failed']),
  losses: z.array(drillLossSchema),
  /** Sentences; none when the ledger says what happened. */
  problems: z.array(z.string()),
});
export type DrillFault = z.infer<typeof drillFaultSchema>;

export const drillReportSchema = z.object({
  passed: z.boolean(),
  filesChecked: z.int(),
  /** All of them were decoded; false without ffmpeg, when only frames and headers were looked at. */
  decoded: z.boolean(),
  /** Boundaries between recordings that follow each other. */
  seams: z.object({ gapless: z.int(), accounted: z.int(), unproven: z.int() }),
  /** Seconds of audio that were compared with the signal that was played, sample by sample or frame by frame. */
  comparedSeconds: z.number(),
  /** Sentences about files, seams and the ledger as a whole; none when all is well. */
  problems: z.array(z.string()),
  /** What a person should know of how it was done. */
  notes: z.array(z.string()),
  /** All of it, to be copied. */
  text: z.string(),
});
export type DrillReport = z.infer<typeof drillReportSchema>;

export const drillSchema = z.object({
  id: z.uuid(),
  state: z.enum(['working', 'done', 'cancelled', 'failed']),
  /** ms since 1970 UTC. */
  startedAt: z.number(),
  /** 0..1. */
  fraction: z.number(),
  /** For a person: what is being done now. */
  step: z.string(),
  sources: z.array(z.string()),
  faults: z.array(drillFaultSchema),
  report: drillReportSchema.optional(),
  /** Where its recordings were kept, when that was asked; absolute. */
  folder: z.string().optional(),
  /** Why it failed and what to do. */
  message: z.string().optional(),
});
export type Drill = z.infer<typeof drillSchema>;

export const drillRequests = {
  /**
   * Records these sources a second time, by a recorder and into a folder of the drill's own, and makes faults happen to
   * it, one after the other. Without sources, a test signal and a station of its own. CONFLICT while another drill runs;
   * DISK_FULL, NOT_FOUND. `drill.changed` events follow.
   */
  'drill.start': {
    input: z.strictObject({
      sourceIds: z.array(sourceId).max(64, 'Choose at most 64 sources.'),
      /** Absent: all of them. */
      faults: z.array(drillFaultKindSchema).min(1, 'Choose at least one fault.').optional(),
      /** Its recordings and ledger are kept; otherwise they are removed at the end. */
      keep: z.boolean().optional(),
    }),
    output: drillSchema,
  },
  /** Ends the drill that runs, if one does; what it recorded is removed. */
  'drill.cancel': { input: z.strictObject({}), output: z.void() },
  /** The drill that runs, or the last one since the program started. */
  'drill.get': { input: z.strictObject({}), output: drillSchema.optional() },
} as const;

export type DrillOrder = z.output<(typeof drillRequests)['drill.start']['input']>;

export const drillEvents = {
  /** The drill that runs went on. */
  'drill.changed': drillSchema,
} as const;
