import { z } from 'zod';

/** What can be told to a webhook and to a script. */
export const hookKindSchema = z.enum(['opened', 'closed', 'section', 'alarm', 'uploaded']);
export type HookKind = z.infer<typeof hookKindSchema>;

export const hookSettingsSchema = z.object({
  /** What is posted to the webhook. */
  webhook: z.array(hookKindSchema).max(hookKindSchema.options.length),
});

/** Where nothing else was chosen. */
export const DEFAULT_WEBHOOK_KINDS: readonly HookKind[] = ['alarm'];

/** Longest time that a script may take, s. */
const MAX_SCRIPT_SECONDS = 3600;
export const DEFAULT_SCRIPT_SECONDS = 30;

/** `hooks.json` in the profile: no window and no browser can name a program, only who may write this file. */
export const hookFileSchema = z.strictObject({
  script: z
    .strictObject({
      /** Absolute; started as it is, without a shell. */
      program: z.string().min(1).max(4096),
      args: z.array(z.string().max(4096)).max(100).optional(),
      /** Absent: all. */
      events: z.array(hookKindSchema).optional(),
      /** Then it is killed; {@link DEFAULT_SCRIPT_SECONDS} when absent. */
      timeoutSeconds: z.number().min(1).max(MAX_SCRIPT_SECONDS).optional(),
    })
    .optional(),
});
export type HookScript = NonNullable<z.infer<typeof hookFileSchema>['script']>;
