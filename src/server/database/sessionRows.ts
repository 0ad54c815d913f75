import type { Chunk, NewSession, Session } from '../model.ts';
import type { Connection, Connections } from './connection.ts';
import type { ChunkOutcome, ChunkRules, SessionFilter, SessionStore } from './database.ts';
import { finalizeSession } from './finalizeRows.ts';
import { tell } from './outboxRows.ts';
import { insertOf, rowOfSession, type SessionRow, sessionOf } from './rows.ts';
import { bytesOf, chunkOf, chunksOf, load, missingOf } from './sessionQueries.ts';

const LIST_LIMIT = 1000;

export function sessionStore({ sure, quick }: Connections): SessionStore {
  return {
    create: async (session) => create(sure, session),
    get: async (id) => load(quick, id),
    list: async (filter) => list(quick, filter),
    bytesOf: async (userId) => bytesOf(quick, userId),
    chunk: async (id, index) => chunkOf(quick, id, index),
    chunks: async (id) => chunksOf(quick, id),
    missing: async (id, upTo, limit) => missingOf(quick, id, upTo, limit),
    addChunk: async (id, chunk, rules) => quick.transaction(() => addChunk(quick, id, chunk, rules)).immediate(),
    replaceChunks: async (id, chunks) => sure.transaction(() => replaceChunks(sure, id, chunks)).immediate(),
    beat: async (id, beat, at) =>
      quick
        .prepare(
          `UPDATE sessions SET paused_ms = paused_ms + iif(beat = 'paused', max(0, @at - beat_at), 0), beat = @beat,
             beat_at = @at, last_seen_at = @at WHERE id = @id AND status = 'recording'`,
        )
        .run({ id, beat, at }).changes > 0,
    finalize: async (id, request) => sure.transaction(() => finalizeSession(sure, id, request)).immediate(),
    end: async (id, status, at) =>
      sure
        .prepare(`UPDATE sessions SET status = ?, last_seen_at = ? WHERE id = ? AND status IN ('recording', 'failed')`)
        .run(status, at, id).changes > 0,
    restore: async (session) => {
      const row = rowOfSession(session);
      sure.prepare(insertOf('sessions', { ...row })).run(row);
    },
  };
}

function create(connection: Connection, made: NewSession): Session {
  const at = made.createdAt;
  const session: Session = {
    ...made,
    status: 'recording',
    chunkCount: 0,
    expectedIndex: 1,
    bytes: 0,
    beat: 'recording',
    beatAt: at,
    pausedMs: 0,
    lastSeenAt: at,
    finalizedAt: undefined,
    recordingId: undefined,
    error: undefined,
    metadata: {},
  };
  const row = rowOfSession(session);
  return connection
    .transaction(() => {
      const known = made.clientKey === undefined ? undefined : openUnder(connection, made.userId, made.clientKey);
      if (known) return known;
      connection.prepare(insertOf('sessions', { ...row })).run(row);
      tell(connection, {
        at,
        type: 'session.opened',
        userId: made.userId,
        sessionId: made.id,
        recordingId: undefined,
      });
      return session;
    })
    .immediate();
}

function openUnder(connection: Connection, userId: number, clientKey: string): Session | undefined {
  return list(connection, { userId, clientKey, statuses: ['recording'], limit: 1 })[0];
}

function list(connection: Connection, filter: SessionFilter): readonly Session[] {
  const { userId, statuses, quietSince, clientKey, clientRecording, limit = LIST_LIMIT } = filter;
  const conditions = ['1'];
  const values: (string | number)[] = [];
  if (userId !== undefined) {
    conditions.push('user_id = ?');
    values.push(userId);
  }
  if (clientKey !== undefined) {
    conditions.push('client_key = ?');
    values.push(clientKey);
  }
  if (clientRecording !== undefined) {
    conditions.push('client_recording = ?');
    values.push(clientRecording);
  }
  if (statuses) {
    conditions.push(`status IN (${statuses.map(() => '?').join(', ')})`);
    values.push(...statuses);
  }
  if (quietSince !== undefined) {
    conditions.push('last_seen_at < ?');
    values.push(quietSince);
  }
  return connection
    .prepare<(string | number)[], SessionRow>(
      `SELECT * FROM sessions WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, id LIMIT ?`,
    )
    .all(...values, Math.min(limit, Number.MAX_SAFE_INTEGER))
    .map(sessionOf);
}

function addChunk(connection: Connection, id: string, chunk: Chunk, rules: ChunkRules): ChunkOutcome {
  const session = load(connection, id);
  if (!session) return { kind: 'unknown' };
  if (session.status !== 'recording') return { kind: 'closed', status: session.status };
  const stored = chunkOf(connection, id, chunk.index);
  if (stored) return { kind: stored.sha256 === chunk.sha256 ? 'repeated' : 'conflict' };
  const expected = session.expectedIndex;
  if (chunk.index < expected || chunk.index >= expected + rules.window) return { kind: 'outOfOrder', expected };
  if (bytesOf(connection, session.userId) + chunk.bytes > rules.maxBytesPerUser) return { kind: 'quota' };
  insertChunk(connection, id, chunk);
  return {
    kind: 'stored',
    session: count(connection, id, {
      chunkCount: session.chunkCount + 1,
      bytes: session.bytes + chunk.bytes,
      expectedIndex: chunk.index === expected ? expectedAfter(connection, id, expected) : expected,
      at: rules.at,
    }),
  };
}

function insertChunk(connection: Connection, id: string, { index, bytes, sha256 }: Chunk): void {
  connection
    .prepare('INSERT INTO chunks (session_id, n, bytes, sha256) VALUES (?, ?, ?, ?)')
    .run(id, index, bytes, sha256);
}

/** The first index from `from` on that is not stored. */
function expectedAfter(connection: Connection, id: string, from: number): number {
  let expected = from;
  const stored = connection
    .prepare<[string, number], { n: number }>('SELECT n FROM chunks WHERE session_id = ? AND n >= ? ORDER BY n')
    .iterate(id, from);
  for (const { n } of stored) {
    if (n !== expected) break;
    expected += 1;
  }
  return expected;
}

interface Counts {
  readonly chunkCount: number;
  readonly bytes: number;
  readonly expectedIndex: number;
  readonly at: number;
}

function count(connection: Connection, id: string, counts: Counts): Session {
  const row = connection
    .prepare<
      [Counts & { id: string }],
      SessionRow
    >(`UPDATE sessions SET chunk_count = @chunkCount, bytes = @bytes, expected_index = @expectedIndex,
         last_seen_at = max(last_seen_at, @at) WHERE id = @id RETURNING *`)
    .get({ ...counts, id });
  if (!row) throw new Error('A session went away in the middle of its own transaction.');
  return sessionOf(row);
}

function replaceChunks(connection: Connection, id: string, chunks: readonly Chunk[]): Session | undefined {
  const session = load(connection, id);
  if (!session) return undefined;
  connection.prepare('DELETE FROM chunks WHERE session_id = ?').run(id);
  for (const chunk of chunks) insertChunk(connection, id, chunk);
  return count(connection, id, {
    chunkCount: chunks.length,
    bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    expectedIndex: expectedAfter(connection, id, 1),
    at: session.lastSeenAt,
  });
}
