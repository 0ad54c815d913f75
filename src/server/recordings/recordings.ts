import type { ServerConfig } from '../config/config.ts';
import type { ServerContext } from '../context.ts';
import type { StoredUser } from '../database/database.ts';
import type { Recording } from '../model.ts';
import { recordingFolder, recordingKey } from '../storage/keys.ts';
import { writeRecordingFile } from '../stitch/recordingFile.ts';

export const DAY_MS = 24 * 3_600_000;

/** When nobody may have it any more; undefined: never. */
export function expiresAt(recording: Recording, config: ServerConfig): number | undefined {
  return config.expirationDays === undefined ? undefined : recording.createdAt + config.expirationDays * DAY_MS;
}

export type Found =
  | { readonly kind: 'found'; readonly recording: Recording }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

/** The recording of this number, when `account` may have it. */
export async function findRecording(
  { config, database, now }: ServerContext,
  text: string,
  account: StoredUser,
): Promise<Found> {
  const id = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  const recording = await database.recordings.get(id);
  if (!recording || (recording.userId !== account.id && account.role !== 'admin')) return { kind: 'unknown' };
  return (expiresAt(recording, config) ?? Infinity) <= now() ? { kind: 'expired' } : { kind: 'found', recording };
}

/** Takes a recording out for good, with its audio and, unless it is a later part, what is left of its session. */
export async function deleteRecording(
  { config, database, storage, sessions, events, now }: ServerContext,
  { id, sessionId, incomplete }: Recording,
): Promise<void> {
  if (!(await database.recordings.remove(id, now()))) return;
  await storage.removeAll(recordingFolder(config.outputFolder, id));
  if ((incomplete?.part ?? 1) === 1) await sessions.removeFolder(sessionId);
  events.emit({ type: 'recordingDeleted', recordingId: id, sessionId });
}

/** What lies beside the audio follows what the database says. */
export async function rewriteRecordingFile(
  { config, database, storage }: ServerContext,
  recording: Recording,
): Promise<void> {
  if (!recording.file) return;
  const owner = await database.users.byId(recording.userId);
  const key = recordingKey(config.outputFolder, recording.id);
  await storage.writeText(key, writeRecordingFile(recording, owner?.email ?? ''));
}
