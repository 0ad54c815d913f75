import { z } from 'zod';
import { recordingSchema } from '../domain/recording.ts';
import { localOpeningRequests } from './opening.ts';
import { exportJobSchema, exportRequestSchema } from './exports.ts';

/** Absolute, as the caller's own system writes it. */
const path = z.string().min(1).max(4096);

/**
 * What only a program of the same person on the same computer may ask for, for it names places there: the command line,
 * through the control socket. Windows and browsers are refused.
 */
export const localRequests = {
  ...localOpeningRequests,
  /** The recording in a file. NOT_FOUND for one that the library does not know. */
  'library.recordingAt': { input: z.strictObject({ path }), output: recordingSchema },
  /** As `exports.start`, into a place that is named: a file, or a folder for several. Nothing is overwritten. */
  'exports.startAt': { input: z.strictObject({ request: exportRequestSchema, to: path }), output: exportJobSchema },
} as const;

export function isLocalRequest(name: string): name is keyof typeof localRequests {
  return Object.hasOwn(localRequests, name);
}
