import { z } from 'zod';

/** ms of a day of 24 hours. */
export const DAY_MS = 86_400_000;

const ageSchema = z
  .number('Enter a number of days.')
  .min(1 / 24, 'Keep recordings for at least an hour.')
  .max(36_500, 'Keep recordings for at most 100 years.');
const totalSchema = z
  .int('Enter whole bytes.')
  .min(1_000_000, 'Keep at least 1 MB of recordings.')
  .max(1e15, 'Enter less than 1000 TB.');

/** What a source has instead of the rule for all. */
export const sourceRetentionSchema = z.object({
  /** No rule deletes anything of it, not even for want of space. */
  keep: z.boolean().optional(),
  maxAgeDays: ageSchema.optional(),
  /** Of the recordings of this source together. */
  maxTotalBytes: totalSchema.optional(),
});
export type SourceRetention = z.infer<typeof sourceRetentionSchema>;

/** Which recordings are deleted by themselves. Without a limit: none. */
export const retentionSchema = z.object({
  /** Recordings that ended longer ago are deleted. Days of 24 hours. */
  maxAgeDays: ageSchema.optional(),
  /** The oldest recordings are deleted when all together are larger; those of sources with a rule of their own not counted. */
  maxTotalBytes: totalSchema.optional(),
  /** The trash is emptied, then the oldest recordings are deleted for good, until this much is free on the disk of the recordings folder. */
  minFreeBytes: z
    .int('Enter whole bytes.')
    .min(1_000_000, 'Keep at least 1 MB free.')
    .max(1e15, 'Enter less than 1000 TB.')
    .optional(),
  /** Rules of sources that have their own, by source id. */
  sources: z.record(z.uuid(), sourceRetentionSchema).optional(),
});
export type Retention = z.infer<typeof retentionSchema>;

export const DEFAULT_TRASH_DAYS = 7;
/** How long deleted recordings can be restored, days. 0: until the next tidying up. */
export const trashDaysSchema = z
  .number('Enter a number of days.')
  .min(0, 'Enter 0 or more days.')
  .max(3650, 'Keep deleted recordings for at most 10 years.');

export const removalReasonSchema = z.enum([
  /** By hand. */
  'person',
  /** Older than the rule allows. */
  'age',
  /** All together larger than the rule allows. */
  'size',
  /** The disk had less free space than the rule asks for. */
  'space',
]);
export type RemovalReason = z.infer<typeof removalReasonSchema>;
