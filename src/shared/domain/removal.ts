import { z } from 'zod';
import type { RecordingId, SourceId } from '../units.ts';
import { recordingSchema } from './recording.ts';
import { removalReasonSchema } from './retention.ts';

/** A deletion to come. */
export const plannedRemovalSchema = z.object({
  recording: recordingSchema,
  reason: removalReasonSchema.exclude(['person']),
  /** ms since 1970 UTC; not before now. */
  at: z.number(),
});
export type PlannedRemoval = z.infer<typeof plannedRemovalSchema>;

export const retentionPreviewSchema = z.object({
  /** What the next run would delete, oldest first, at most {@link MAX_PLANNED}. */
  due: z.array(plannedRemovalSchema),
  dueCount: z.number(),
  dueBytes: z.number(),
  /** How many bytes of trash the next run would empty for want of space. */
  trashBytes: z.number(),
  /** What comes after that by age, oldest first, at most {@link MAX_UPCOMING}. */
  upcoming: z.array(plannedRemovalSchema),
  /** Recordings that a rule would delete and that stay: locked, in use, or not made by Longtake. */
  kept: z.object({ locked: z.number(), others: z.number() }),
  /** Bytes that the rule for free space asks for and that cannot be had. */
  shortBytes: z.number(),
});
export type RetentionPreview = z.infer<typeof retentionPreviewSchema>;

export const MAX_PLANNED = 200;
export const MAX_UPCOMING = 20;

/** A recording in the trash. */
export const trashedSchema = z.object({
  recording: recordingSchema,
  /** ms since 1970 UTC. */
  removedAt: z.number(),
  reason: removalReasonSchema,
  /** When it is removed for good, as far as space lasts. */
  until: z.number(),
});
export type Trashed = z.infer<typeof trashedSchema>;

/** A recording that could not be deleted or restored, and why. */
export const refusalSchema = z.object({
  id: z.uuid().transform((value) => value as RecordingId),
  message: z.string(),
});

export type Refusal = z.infer<typeof refusalSchema>;

export const removedIdSchema = z.object({
  id: z.uuid().transform((value) => value as RecordingId),
  sourceId: z.uuid().transform((value) => value as SourceId),
  day: z.string(),
});
