import { z } from 'zod';
import { recordingSchema } from '../domain/recording.ts';

const openedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('recording'),
    recording: recordingSchema,
    /** Where to begin, from its start. */
    atSeconds: z.number().min(0).optional(),
  }),
  /** It cannot be opened; the sentence says why. */
  z.object({ kind: z.literal('problem'), message: z.string() }),
]);
export type Opened = z.infer<typeof openedSchema>;

/** What was asked for from outside of the window: a link that was clicked, a file that was opened with Longtake. */
export const openingRequests = {
  /** What has been opened and is not shown yet, in order. Each is given once. */
  'opening.take': { input: z.strictObject({}), output: z.array(openedSchema) },
} as const;

/** What the shell hands over; see `localRequests`. */
export const localOpeningRequests = {
  /** Opens the recording that a link leads to. */
  'opening.link': { input: z.strictObject({ link: z.string().max(4096) }), output: z.void() },
  /** Opens an audio file where it is. One that the library does not know is taken into it, and stays where it is. */
  'opening.file': { input: z.strictObject({ path: z.string().min(1).max(4096) }), output: z.void() },
} as const;

export const openingEvents = {
  /** There is something to take. */
  'opening.changed': z.object({}),
} as const;
