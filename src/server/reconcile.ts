import { createHash } from 'node:crypto';
import type { ServerContext } from './context.ts';
import type { Chunk, Recording, Session } from './model.ts';
import { readSessionFile } from './sessions/sessionFile.ts';
import {
  chunkIndexOf,
  chunkKey,
  isSessionId,
  recordingKey,
  SESSIONS,
  sessionFolder,
  sessionKey,
} from './storage/keys.ts';
import { MEDIA_BYTES, mediaOf, FILES } from './stitch/media.ts';
import { readRecordingFile } from './stitch/recordingFile.ts';
import type { Users } from './users.ts';

export interface Reconciled {
  /** Sessions that the database did not know, or that have other chunks than it knew. */
  readonly sessions: number;
  /** Recordings that it did not know. */
  readonly recordings: number;
  /** Recordings whose file is gone. */
  readonly lost: number;
}

/**
 * Makes the database agree with the storage, which is the truth about audio: before the server answers, and while no
 * other process works on the same data folder.
 */
export async function reconcile(context: ServerContext, users: Users): Promise<Reconciled> {
  await context.database.jobs.releaseAll();
  const { recordings, lost } = await reconcileRecordings(context, users);
  return { sessions: await reconcileSessions(context, users), recordings, lost };
}

async function reconcileSessions(context: ServerContext, users: Users): Promise<number> {
  const { database, sessions, storage } = context;
  let changed = 0;
  const found = new Set((await storage.folders(SESSIONS)).filter(isSessionId));
  for (const id of found) {
    const known = await database.sessions.get(id);
    const isOpen = known === undefined || ['recording', 'finalizing', 'failed'].includes(known.status);
    if (isOpen && (await reconcileSession(context, users, id, known))) changed += 1;
  }
  const open = await database.sessions.list({ statuses: ['recording', 'finalizing', 'failed'], limit: Infinity });
  for (const { id, chunkCount } of open.filter((session) => !found.has(session.id))) {
    if (chunkCount > 0) changed += 1;
    await database.sessions.replaceChunks(id, []);
    await sessions.rewriteFile(id);
  }
  return changed;
}

/** True when something was not as the database had it. */
async function reconcileSession(
  context: ServerContext,
  users: Users,
  id: string,
  known: Session | undefined,
): Promise<boolean> {
  const { database, log, sessions, storage } = context;
  const stored = new Map<number, number>();
  for await (const { key, bytes } of storage.list(sessionFolder(id))) {
    const index = chunkIndexOf(key.slice(sessionFolder(id).length));
    if (index !== undefined && bytes > 0) stored.set(index, bytes);
  }
  if (!known && !(await restoreSession(context, users, id, stored.size))) return false;
  const before = new Map((await database.sessions.chunks(id)).map((chunk) => [chunk.index, chunk]));
  const isSame = before.size === stored.size && [...before].every(([index, { bytes }]) => stored.get(index) === bytes);
  if (known && isSame) return false;
  const chunks: Chunk[] = [];
  for (const [index, bytes] of [...stored].toSorted(([one], [other]) => one - other)) {
    const chunk = before.get(index);
    chunks.push(chunk?.bytes === bytes ? chunk : { index, bytes, sha256: await digestOf(context, id, index) });
  }
  const session = await database.sessions.replaceChunks(id, chunks);
  await sessions.rewriteFile(id);
  log.warn('A session was made to agree with what is stored of it.', {
    session: id,
    chunks: chunks.length,
    bytes: session?.bytes ?? 0,
    knownBefore: before.size,
  });
  return true;
}

async function digestOf({ storage }: ServerContext, id: string, index: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of storage.read(chunkKey(id, index), 0, Infinity)) hash.update(piece);
  return hash.digest('hex');
}

/** Brings back a session that only the storage knows; false when there is nothing in it. */
async function restoreSession(context: ServerContext, users: Users, id: string, chunks: number): Promise<boolean> {
  const { database, now, storage } = context;
  const kept = readSessionFile((await storage.readText(sessionKey(id))) ?? '');
  if (kept?.session.id !== id) return chunks > 0 && restoreNameless(context, users, id);
  const { session } = kept;
  if (['aborted', 'expired', 'finalized'].includes(session.status)) return false;
  const owner = await users.ownerOf(kept.owner);
  const isEnding = session.recordingId !== undefined;
  const status = isEnding ? session.status : 'recording';
  const restored = { ...session, userId: owner.id, status, chunkCount: 0, expectedIndex: 1, bytes: 0 } as const;
  await database.sessions.restore(restored);
  if (session.recordingId !== undefined && !(await database.recordings.get(session.recordingId))?.incomplete) {
    await database.recordings.restore(unfinished(restored, session.recordingId));
    await database.jobs.ensure(id, session.recordingId, now());
  }
  return true;
}

/** Chunks without a word about whose they are: an admin decides. */
async function restoreNameless({ database, now, storage }: ServerContext, users: Users, id: string): Promise<boolean> {
  const admin = (await users.list()).find(({ role }) => role === 'admin');
  if (!admin) return false;
  const head: Uint8Array[] = [];
  for await (const piece of storage.read(chunkKey(id, 1), 0, MEDIA_BYTES)) head.push(piece);
  const media = mediaOf(Buffer.concat(head), '');
  const at = now();
  await database.sessions.restore({
    id,
    userId: admin.id,
    mimeType: media ? FILES[media].mimeType : 'audio/webm',
    status: 'recording',
    outOfOrder: false,
    whole: false,
    title: 'Recovered',
    source: undefined,
    startedAt: undefined,
    chunkCount: 0,
    expectedIndex: 1,
    bytes: 0,
    beat: 'offline',
    beatAt: at,
    pausedMs: 0,
    createdAt: at,
    lastSeenAt: at,
    finalizedAt: undefined,
    recordingId: undefined,
    error: undefined,
    metadata: {},
  });
  return true;
}

/** A recording whose session says that it is being made. */
function unfinished(session: Session, id: number): Recording {
  const { title } = session.metadata;
  return {
    id,
    userId: session.userId,
    sessionId: session.id,
    title: typeof title === 'string' && title !== '' ? title : (session.title ?? 'Recovered'),
    notes: undefined,
    folderId: undefined,
    tagIds: [],
    source: session.source,
    meetingDate: session.startedAt,
    mimeType: session.mimeType,
    status: 'STITCHING',
    error: undefined,
    file: undefined,
    createdAt: session.lastSeenAt,
    completedAt: undefined,
    metadata: session.metadata,
  };
}

async function reconcileRecordings(
  context: ServerContext,
  users: Users,
): Promise<{ readonly recordings: number; readonly lost: number }> {
  const { config, database, log, storage } = context;
  const stored = new Map<string, number>();
  for await (const { key, bytes } of storage.list(`${config.outputFolder}/`)) stored.set(key, bytes);
  let recordings = 0;
  for (const key of stored.keys()) {
    const id = Number(/\/(\d{1,15})\/recording\.json$/.exec(key)?.[1] ?? 0);
    if (id === 0 || key !== recordingKey(config.outputFolder, id) || (await database.recordings.get(id))) continue;
    if (await restoreRecording(context, users, id, stored)) recordings += 1;
  }
  let lost = 0;
  for (let before: number | undefined; ;) {
    const page = await database.recordings.list({ limit: 500, ...(before === undefined ? {} : { before }) });
    for (const { id, file } of page) {
      if (!file || stored.get(file.key) === file.bytes) continue;
      log.error('The file of a recording is not in the storage any more.', { recording: id, key: file.key });
      await database.recordings.lose(id, 'Its file is not in the storage any more, or has another length.');
      lost += 1;
    }
    before = page.at(-1)?.id;
    if (before === undefined) return { recordings, lost };
  }
}

async function restoreRecording(
  { config, database, storage }: ServerContext,
  users: Users,
  id: number,
  stored: ReadonlyMap<string, number>,
): Promise<boolean> {
  const kept = readRecordingFile((await storage.readText(recordingKey(config.outputFolder, id))) ?? '');
  const file = kept?.recording.file;
  if (kept?.recording.id !== id || !file || stored.get(file.key) !== file.bytes) return false;
  const owner = await users.ownerOf(kept.owner);
  const { recording } = kept;
  await database.recordings.restore({ ...recording, userId: owner.id });
  // Its session has its chunks still, and comes back with them.
  if (recording.incomplete) return true;
  // Whoever asks for the session again hears what became of it, and does not send it once more.
  await database.sessions.restore({
    id: recording.sessionId,
    userId: owner.id,
    mimeType: recording.mimeType,
    status: 'finalized',
    outOfOrder: false,
    whole: false,
    title: recording.title,
    source: recording.source,
    startedAt: recording.meetingDate,
    chunkCount: 0,
    expectedIndex: 1,
    bytes: file.bytes,
    beat: 'recording',
    beatAt: recording.createdAt,
    pausedMs: 0,
    createdAt: recording.createdAt,
    lastSeenAt: recording.createdAt,
    finalizedAt: recording.completedAt,
    recordingId: id,
    error: undefined,
    metadata: recording.metadata,
  });
  return true;
}
