import type { Recording } from '../model.ts';
import type { Connection } from './connection.ts';
import type { RecordingChange, RecordingFilter, RecordingStore } from './database.ts';
import { recordingsOf } from './incompleteRows.ts';
import { tell } from './outboxRows.ts';
import { insertOf, type RecordingRow, recordingOf, rowOfRecording } from './rows.ts';

export function recordingStore(connection: Connection): RecordingStore {
  return {
    get: async (id) => load(connection, id),
    ofSession: async (sessionId) => recordingsOf(connection, sessionId),
    list: async (filter) => list(connection, filter),
    change: async (id, change) => connection.transaction(() => apply(connection, id, change)).immediate(),
    remove: async (id, at) => connection.transaction(() => remove(connection, id, at)).immediate(),
    restore: async (recording) => save(connection, recording),
    lose: async (id, error) => {
      connection
        .prepare(`UPDATE recordings SET status = 'FAILED', error = ?, file_key = NULL WHERE id = ?`)
        .run(error, id);
    },
    queuePosition: async (id) => queuePosition(connection, id),
  };
}

function load(connection: Connection, id: number): Recording | undefined {
  const row = connection.prepare<[number], RecordingRow>('SELECT * FROM recordings WHERE id = ?').get(id);
  return row && recordingOf(row);
}

function save(connection: Connection, recording: Recording): void {
  const row = rowOfRecording(recording);
  connection.prepare(insertOf('recordings', { ...row })).run(row);
}

/** Conditions are only there where they are asked for: an index serves no "or not asked for". */
function list(connection: Connection, { userId, before, createdBefore, limit }: RecordingFilter): readonly Recording[] {
  const conditions = [
    ['user_id = ?', userId],
    ['id < ?', before],
    ['created_at < ?', createdBefore],
  ] as const;
  const asked = conditions.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(({ condition }) => condition).join(' AND ')}`;
  return connection
    .prepare<number[], RecordingRow>(`SELECT * FROM recordings ${where} ORDER BY id DESC LIMIT ?`)
    .all(...asked.map(({ value }) => value), limit)
    .map(recordingOf);
}

function apply(connection: Connection, id: number, change: RecordingChange): Recording | undefined {
  const found = load(connection, id);
  if (!found) return undefined;
  const changed = { ...found, ...change };
  save(connection, changed);
  return changed;
}

function remove(connection: Connection, id: number, at: number): boolean {
  const found = load(connection, id);
  if (!found) return false;
  connection.prepare('DELETE FROM recordings WHERE id = ?').run(id);
  connection.prepare('DELETE FROM jobs WHERE recording_id = ?').run(id);
  connection
    .prepare(`UPDATE sessions SET status = 'aborted' WHERE recording_id = ? AND status IN ('finalizing', 'failed')`)
    .run(id);
  tell(connection, {
    at,
    type: 'recording.deleted',
    userId: found.userId,
    sessionId: found.sessionId,
    recordingId: id,
  });
  return true;
}

function queuePosition(connection: Connection, recordingId: number): number | undefined {
  const row = connection
    .prepare<[number], { before: number }>(
      `SELECT (SELECT count(*) FROM jobs AS other WHERE other.id < jobs.id AND other.state <> 'failed') AS before
         FROM jobs WHERE recording_id = ? AND state <> 'failed'`,
    )
    .get(recordingId);
  return row?.before;
}
