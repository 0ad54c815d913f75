import { z } from 'zod';
import { gapSchema, recordingSchema } from './recording.ts';

/**
 * The ledger: what happened, one JSON object a line, only ever appended, in `.longtake/ledger/<UTC month>.jsonl`
 * below the recordings folder. The recorder writes it beside the audio, so the library can be rebuilt from disk.
 * A later line about the same id replaces an earlier one. A torn last line (power cut) is skipped by readers.
 */
export const ledgerEntrySchema = z.discriminatedUnion('type', [
  /** Written when a file is opened and again when it is closed, repaired or found damaged. `root` is left out. */
  z.object({ type: z.literal('recording'), at: z.number(), recording: recordingSchema.omit({ root: true }) }),
  /** Written when a gap begins and again when it ends. */
  z.object({ type: z.literal('gap'), at: z.number(), gap: gapSchema }),
  z.object({
    type: z.literal('armed'),
    at: z.number(),
    sourceId: z.uuid(),
    sourceName: z.string(),
  }),
  z.object({
    type: z.literal('disarmed'),
    at: z.number(),
    sourceId: z.uuid(),
    sourceName: z.string(),
    /** `person`, `removed`, `changed`, `maximum length`, `quit` */
    reason: z.string(),
  }),
]);
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** Folder of the ledger files, relative to the recordings folder. */
export const LEDGER_FOLDER = '.longtake/ledger';
