import { z } from 'zod';
import { MAX_CONFIG_BYTES } from '../decodeText.ts';
import type { SourceId } from '../units.ts';

const text = z.string().max(MAX_CONFIG_BYTES, 'This file is larger than 1 MB: that is no configuration.');

const settingSchema = z.object({
  /** As the file calls it. */
  key: z.string(),
  /** As the file has it, or ISR's own default; a password is not shown. */
  value: z.string(),
  /** What becomes of it, for a person. */
  becomes: z.string(),
  /** False: it is left behind, and `becomes` says why. */
  taken: z.boolean(),
});
export type IsrSetting = z.infer<typeof settingSchema>;

export const isrPreviewSchema = z.object({
  sources: z.array(
    z.object({
      /** As the file names it; what an import asks for. */
      section: z.string(),
      /** Name of the source that it becomes. */
      name: z.string(),
      kind: z.enum(['soundcard', 'stream']),
      /** There is a source of the section's name already: this one gets another. */
      renamed: z.boolean(),
      settings: z.array(settingSchema),
    }),
  ),
  /** What holds for the whole file and is left behind. */
  general: z.array(settingSchema),
  /** With an `error` among them the file cannot be imported. */
  problems: z.array(
    z.object({ kind: z.enum(['error', 'unsupported', 'note']), line: z.number(), sentence: z.string() }),
  ),
});
export type IsrPreview = z.infer<typeof isrPreviewSchema>;

export const isrRequests = {
  /** What an ISR configuration would become here. Changes nothing. */
  'isr.preview': { input: z.strictObject({ text }), output: isrPreviewSchema },
  /** Adds the sources of these sections, not armed. INVALID_INPUT for a file with errors. */
  'isr.import': {
    input: z.strictObject({ text, sections: z.array(z.string()).min(1, 'Choose a source.').max(500) }),
    output: z.object({ ids: z.array(z.uuid().transform((value) => value as SourceId)) }),
  },
} as const;
