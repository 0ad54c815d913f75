import { z } from 'zod';
import { gapSchema, recordingSchema } from './recording.ts';
import { removalReasonSchema } from './retention.ts';
import { titleSchema } from './title.ts';

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
  /** Written when a title comes on air; the first of a recording may be older than the recording. */
  z.object({ type: z.literal('title'), at: z.number(), title: titleSchema }),
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
    /** `person`, `removed`, `changed`, `maximum length`, `quit`; `crash`: found later, of a source that did not go on. */
    reason: z.string(),
  }),
  /** A person locked or unlocked a recording. */
  z.object({ type: z.literal('locked'), at: z.number(), recordingId: z.uuid(), locked: z.boolean() }),
  /**
   * A recording goes to the trash; written before its file is moved. A later `recording` line about the same id takes
   * it back.
   */
  z.object({
    type: z.literal('removed'),
    at: z.number(),
    reason: removalReasonSchema,
    recording: recordingSchema.omit({ root: true }),
    /** Where its file is, relative to the recordings folder. */
    trash: z.string(),
    /** Files that go with it, as they were called before, relative to the recordings folder. */
    belongings: z.array(z.string()),
  }),
  /** Its file was removed from the trash for good. */
  z.object({ type: z.literal('purged'), at: z.number(), recordingId: z.uuid() }),
]);
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
