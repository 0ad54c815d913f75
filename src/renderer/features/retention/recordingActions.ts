import type { Recording } from '../../../shared/domain/recording.ts';
import { request } from '../../bridge/bridge.ts';
import { count } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';

/** One recording goes at once and can be taken back; about several the person is asked first. */
export function deleteRecordings(recordings: readonly Recording[]): void {
  const [one] = recordings;
  if (!one) return;
  if (recordings.length > 1) dialogsStore.getState().show({ name: 'deleteRecordings', recordings });
  else attempt(moveToTrash(recordings));
}

/** Deletes, and offers to take it back. */
export async function moveToTrash(recordings: readonly Recording[]): Promise<void> {
  const { removed, refused } = await request('recordings.delete', { ids: recordings.map(({ id }) => id) });
  const notices = noticesStore.getState();
  const [first] = refused;
  if (first) {
    const others = refused.length > 1 ? ` So are ${count(refused.length - 1, 'other')}, for like reasons.` : '';
    const name = recordings.find(({ id }) => id === first.id)?.sourceName ?? 'One';
    notices.show('warning', `A recording of ${name} is still there: ${first.message}${others}`);
  }
  if (removed === 0) return;
  const stayed = new Set(refused.map(({ id }) => id));
  const gone = recordings.filter(({ id }) => !stayed.has(id));
  const what =
    removed === 1 ? `A recording of ${gone[0]?.sourceName ?? ''} was` : `${count(removed, 'recording')} were`;
  notices.show('info', `${what} moved to the trash.`, {
    label: 'Undo',
    run: () => attempt(restore(gone.map(({ id }) => id))),
  });
}

export async function restore(ids: readonly Recording['id'][]): Promise<void> {
  const { refused } = await request('trash.restore', { ids: [...ids] });
  const [first] = refused;
  if (first) noticesStore.getState().show('error', `Not everything could be restored: ${first.message}`);
}

/** Locks what is not locked; when all are, unlocks them. */
export function toggleLock(recordings: readonly Recording[]): void {
  if (recordings.length === 0) return;
  const locked = recordings.some((recording) => recording.locked !== true);
  attempt(request('recordings.lock', { ids: recordings.map(({ id }) => id), locked }));
}
