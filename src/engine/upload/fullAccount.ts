import { toWireError } from '../../shared/errors.ts';
import type { Body } from './body.ts';
import type { Entry } from './rows.ts';
import { solved } from './turns.ts';
import type { UploadStore } from './uploadStore.ts';

/** Of the room of an account: less is not worth a part of its own. */
const WORTH_A_PART = 1 / 100;
/** Of the room of an account: what holds so much makes room by itself, in its turn. */
const MUCH = 1 / 4;

/** The room of an account for sessions that are not finished, bytes; undefined where a failure does not name it. */
function roomOf(error: unknown): number | undefined {
  const { code, details } = toWireError(error);
  const room = details?.['quotaBytes'];
  return code === 'UPLOAD_QUOTA' && typeof room === 'number' ? room : undefined;
}

/**
 * Where an account has no room because of what a session holds itself, the session ends with what it has, and the rest
 * goes into another part: nobody else could end it, and it would wait for ever. True when it does.
 */
export async function endsForRoom(entry: Entry, body: Body, error: unknown, store: UploadStore): Promise<boolean> {
  const room = roomOf(error);
  if (room === undefined) return false;
  const at = store.chunks.endOfStored(entry.number);
  if (at < room * WORTH_A_PART || at > room || at !== store.chunks.storedBytes(entry.number)) return false;
  const filePosition = await body.filePosition(at);
  return store.together(() => {
    const current = store.find(entry.id);
    if (!current || !store.move(entry.id, 'finish', { ...solved, finishing: true, endsAt: at, bytes: at }))
      return false;
    store.addPart(current, filePosition);
    return true;
  });
}

/** Other uploads of ours hold the room, and free it once it is their turn. */
export function isHeldByOthers({ id, targetId }: Entry, error: unknown, store: UploadStore): boolean {
  const room = roomOf(error);
  if (room === undefined) return false;
  const held = store.openBytes(targetId, id);
  return held >= room * MUCH && held <= room;
}
