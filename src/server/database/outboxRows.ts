import type { Connection } from './connection.ts';
import type { OutboxEntry, OutboxStore, OutboxType } from './database.ts';

interface OutboxRow {
  id: number;
  at: number;
  type: OutboxType;
  user_id: number;
  session_id: string | null;
  recording_id: number | null;
}

/** Adds an entry in the transaction of the caller. */
export function tell(connection: Connection, entry: Omit<OutboxEntry, 'id'>): void {
  connection
    .prepare('INSERT INTO outbox (at, type, user_id, session_id, recording_id) VALUES (?, ?, ?, ?, ?)')
    .run(entry.at, entry.type, entry.userId, entry.sessionId ?? null, entry.recordingId ?? null);
}

export function outboxStore(connection: Connection): OutboxStore {
  return {
    after: async (after, limit) =>
      connection
        .prepare<[number, number], OutboxRow>('SELECT * FROM outbox WHERE id > ? ORDER BY id LIMIT ?')
        .all(after, limit)
        .map((row) => ({
          id: row.id,
          at: row.at,
          type: row.type,
          userId: row.user_id,
          sessionId: row.session_id ?? undefined,
          recordingId: row.recording_id ?? undefined,
        })),
    removeBefore: async (at) => {
      connection.prepare('DELETE FROM outbox WHERE at < ?').run(at);
    },
  };
}
