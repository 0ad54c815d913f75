import { z } from 'zod';
import { gapSchema, recordingSchema } from './recording.ts';
import { removalReasonSchema } from './retention.ts';
import { labelSchema, markerSchema, noteSchema, verdictSchema } from './section.ts';
import { titleSchema } from './title.ts';

/** ms since 1970 UTC, up to the end of the year 9999. */
const instantSchema = z.number().min(0).max(253_402_300_799_999);

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
  /**
   * All that a person says of the sound of a source at the peak of a section; without a verdict, label and note they
   * took everything back. Of two lines about the same instant the one with the later `at` holds, in whichever ledger.
   */
  z.object({
    type: z.literal('verdict'),
    at: instantSchema,
    sourceId: z.uuid(),
    peakAt: instantSchema,
    verdict: verdictSchema.optional(),
    label: labelSchema.optional(),
    note: noteSchema.optional(),
  }),
  /** A person set, changed or removed a marker. Of two lines about the same one that with the later `at` holds. */
  z.object({ type: z.literal('marker'), at: instantSchema, marker: markerSchema, removed: z.boolean().optional() }),
]);
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
