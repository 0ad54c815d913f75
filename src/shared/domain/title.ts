import { z } from 'zod';
import type { RecordingId } from '../units.ts';

/** Longest title that is kept, characters. */
export const LONGEST_TITLE = 500;

/** What was on air in a recording from one of its samples on, up to the next title. */
export const titleSchema = z.object({
  recordingId: z.uuid().transform((value) => value as RecordingId),
  /** Sample frames from the start of the recording. */
  position: z.int().min(0).max(1e12),
  text: z.string().min(1).max(LONGEST_TITLE),
});
export type Title = z.infer<typeof titleSchema>;
