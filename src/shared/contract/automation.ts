import { z } from 'zod';

/** The token of the automation API. */
export const automationRequests = {
  'automation.access': { input: z.strictObject({}), output: z.object({ hasToken: z.boolean() }) },
  /** A new token, told this once; the one before is no longer good. */
  'automation.makeToken': { input: z.strictObject({}), output: z.object({ token: z.string() }) },
  'automation.removeToken': { input: z.strictObject({}), output: z.void() },
} as const;
