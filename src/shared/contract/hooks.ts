import { z } from 'zod';

export const hookRequests = {
  /** How messages to the webhook and runs of the script go. */
  'hooks.status': {
    input: z.strictObject({}),
    output: z.object({
      webhook: z.object({
        /** Messages that the receiver has not taken yet. */
        waiting: z.number(),
        /** Messages that will never be taken, since the start; absent: none. */
        dropped: z.number().optional(),
        problem: z.string().optional(),
      }),
      /** Absent: there is none. */
      script: z
        .object({
          program: z.string(),
          waiting: z.number(),
          /** Since the start. */
          runs: z.number(),
          failures: z.number(),
          /** Runs that there was no room for, since the start; they count as failures. Absent: none. */
          dropped: z.number().optional(),
          /** Why the last run failed; absent after one that did not. */
          problem: z.string().optional(),
        })
        .optional(),
    }),
  },
} as const;
