import { z } from 'zod';
import type { SourceId } from '../units.ts';
import { daySchema } from './day.ts';

/** Which recordings are meant; every condition must hold. An empty filter means all. */
export const libraryFilterSchema = z.strictObject({
  /** Every word is in the name of the source or the file, in a title on air, in a marker, or in a label or note. */
  text: z.string().max(200).optional(),
  /** Local days of the start, both inclusive. */
  fromDay: daySchema.optional(),
  toDay: daySchema.optional(),
  sourceIds: z
    .array(z.uuid().transform((value) => value as SourceId))
    .max(1000)
    .optional(),
  hasSections: z.boolean().optional(),
  /** Longer than, s. */
  longerThanSeconds: z.number().min(0).max(1e7).optional(),
  /** The source has a gap between this recording's start and the next one's. */
  withGaps: z.boolean().optional(),
});
export type LibraryFilter = z.infer<typeof libraryFilterSchema>;
