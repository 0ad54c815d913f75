import { z } from 'zod';
import type { RecordingId } from '../units.ts';

/** What the present arming of a source has come to; kept over restarts of the recorder and of the program. */
export const armingSchema = z.object({
  paused: z.boolean(),
  /** Total of its closed recordings, ms; counted only for sources that have a longest length. */
  recordedMs: z.number().min(0),
  /** Its recordings that are not in `recordedMs` yet, because nobody has closed them. */
  unfinished: z.array(z.uuid().transform((value) => value as RecordingId)),
});
export type Arming = z.infer<typeof armingSchema>;
