import type { Chunk, Session } from '../model.ts';
import type { Connection } from './connection.ts';
import { type SessionRow, sessionOf } from './rows.ts';

interface ChunkRow {
  n: number;
  bytes: number;
  sha256: string;
}

export function load(connection: Connection, id: string): Session | undefined {
  const row = connection.prepare<[string], SessionRow>('SELECT * FROM sessions WHERE id = ?').get(id);
  return row && sessionOf(row);
}

/** Of sessions in progress; the condition is the one of the index `sessions_open`. */
export function bytesOf(connection: Connection, userId: number): number {
  const row = connection
    .prepare<[number], { total: number }>(
      `SELECT coalesce(sum(bytes), 0) AS total FROM sessions WHERE user_id = ? AND status IN ('recording', 'finalizing')`,
    )
    .get(userId);
  return row?.total ?? 0;
}

export function chunkOf(connection: Connection, id: string, index: number): Chunk | undefined {
  const row = connection
    .prepare<[string, number], ChunkRow>('SELECT n, bytes, sha256 FROM chunks WHERE session_id = ? AND n = ?')
    .get(id, index);
  return row && { index: row.n, bytes: row.bytes, sha256: row.sha256 };
}

export function chunksOf(connection: Connection, id: string): readonly Chunk[] {
  return connection
    .prepare<[string], ChunkRow>('SELECT n, bytes, sha256 FROM chunks WHERE session_id = ? ORDER BY n')
    .all(id)
    .map(({ n, bytes, sha256 }) => ({ index: n, bytes, sha256 }));
}

/** Looks at stored indices alone, so that a count of a billion costs no more than its answer. */
export function missingOf(connection: Connection, id: string, count: number, limit: number): readonly number[] {
  const from = load(connection, id)?.expectedIndex ?? 1;
  const stored = connection
    .prepare<[string, number], { n: number }>('SELECT n FROM chunks WHERE session_id = ? AND n >= ? ORDER BY n')
    .iterate(id, from);
  const missing: number[] = [];
  let next = from;
  for (const { n } of stored) {
    for (; next < n && missing.length < limit; next += 1) missing.push(next);
    if (missing.length >= limit) return missing;
    next = n + 1;
  }
  for (; next <= count && missing.length < limit; next += 1) missing.push(next);
  return missing;
}
