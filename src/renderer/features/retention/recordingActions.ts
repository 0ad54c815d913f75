import type { Recording } from '../../../shared/domain/recording.ts';
import { request } from '../../bridge/bridge.ts';
import { count, size } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { undoStore } from '../../stores/undo.ts';

/** One recording goes at once and can be taken back; about several the person is asked first. */
export function deleteRecordings(recordings: readonly Recording[]): void {
  const [one] = recordings;
  if (!one) return;
  if (recordings.length === 1) attempt(moveToTrash(recordings));
  else if (recordings.every((recording) => recording.locked === true)) {
    const message = `All ${recordings.length} recordings are locked. Unlock them (L) to delete them.`;
    noticesStore.getState().show('info', message);
  } else dialogsStore.getState().show({ name: 'deleteRecordings', recordings });
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
  const step = { what: `${what} moved to the trash`, undo: () => restore(gone.map(({ id }) => id)) };
  undoStore.getState().did(step);
  notices.show('info', `${what} moved to the trash.`, {
    label: 'Undo',
    run: () => {
      undoStore.getState().forget(step);
      attempt(step.undo());
    },
  });
}

/** Applies the rules that are saved, without waiting for their hour. */
export async function applyRules(): Promise<void> {
  const { removed, bytes } = await request('retention.run', {});
  const notices = noticesStore.getState();
  if (removed === 0) notices.show('info', 'The rules delete nothing now.');
  else {
    notices.show('info', `The rules deleted ${count(removed, 'recording')}, ${size(bytes)}.`, {
      label: 'Trash…',
      run: () => dialogsStore.getState().show({ name: 'trash' }),
    });
  }
}

export async function restore(ids: readonly Recording['id'][]): Promise<void> {
  const { restored, refused } = await request('trash.restore', { ids: [...ids] });
  const notices = noticesStore.getState();
  const [first] = refused;
  if (first) notices.show('error', `Not everything could be restored: ${first.message}`);
  const locked = restored.filter((recording) => recording.locked === true).length;
  if (locked > 0) {
    const what = locked === 1 ? 'A recording is' : `${count(locked, 'recording')} are`;
    notices.show('info', `${what} restored, and locked: the rule would delete ${locked === 1 ? 'it' : 'them'} again.`);
  }
}

/** Locks what is not locked; when all are, unlocks them. */
export function toggleLock(recordings: readonly Recording[]): void {
  if (recordings.length === 0) return;
  const locked = recordings.some((recording) => recording.locked !== true);
  attempt(request('recordings.lock', { ids: recordings.map(({ id }) => id), locked }));
}
