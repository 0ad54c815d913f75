import type { RecordingId, UploadId } from '../../../shared/units.ts';
import type { UploadStore } from '../../upload/uploadStore.ts';

/** A recording that a scan has not found yet is not gone: what is known of its upload is kept for so long. */
const KEPT_MS = 30 * 86_400_000;
const PAGE = 100;

export interface PruningPorts {
  readonly store: Pick<UploadStore, 'ended' | 'change' | 'forget'>;
  /** It is in the library, or in the trash. */
  readonly isKnown: (id: RecordingId) => boolean;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  readonly onForgotten: (ids: readonly UploadId[]) => void;
}

/**
 * Forgets uploads that have ended and whose recording has been nowhere for {@link KEPT_MS}; what the library has stays,
 * however old. Goes through a hundred at a time, and `rest` lets others have their turn in between.
 */
export async function pruneUploads(
  { store, isKnown, now, onForgotten }: PruningPorts,
  rest: () => Promise<void>,
): Promise<void> {
  for (let after = 0; ;) {
    const page = store.ended(after, PAGE);
    const forgotten: UploadId[] = [];
    for (const { id, recordingId, goneAt } of page) {
      if (isKnown(recordingId)) {
        if (goneAt !== undefined) store.change(id, { goneAt: undefined });
      } else if (goneAt === undefined) store.change(id, { goneAt: now() });
      else if (now() - goneAt > KEPT_MS && store.forget(id)) forgotten.push(id);
    }
    if (forgotten.length > 0) onForgotten(forgotten);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.number;
    await rest();
  }
}
