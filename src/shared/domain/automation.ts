import { z } from 'zod';

export const DEFAULT_API_PORT = 8485;

/** The automation API of a studio with a window. */
export const automationSettingsSchema = z.object({
  enabled: z.boolean(),
  /** On loopback. Absent: {@link DEFAULT_API_PORT}. */
  port: z.int('Enter a whole number.').min(1024, 'Enter 1024 or more.').max(65_535, 'Enter at most 65535.').optional(),
});
export type AutomationSettings = z.infer<typeof automationSettingsSchema>;
