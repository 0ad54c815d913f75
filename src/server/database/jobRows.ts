import type { RecordingFile } from '../model.ts';
import type { Connection } from './connection.ts';
import type { Job, JobStore, MadePart } from './database.ts';
import { tell } from './outboxRows.ts';

interface JobRow {
  id: number;
  session_id: string;
  recording_id: number;
  tries: number;
  incomplete: number;
}

/** Longer than any wait of a job, ms: an instant that is later than this was set by a clock that has been put back since. */
const FAR_MS = 3_600_000;
/** What may be claimed: it waits, or whoever had it has let its lease run out. */
const CLAIMABLE = `((state = 'waiting' AND (next_try_at <= @now OR next_try_at > @now + ${FAR_MS}))
  OR (state = 'running' AND lease_until <= @now))`;

export function jobStore(connection: Connection): JobStore {
  return {
    claim: async (worker, now, leaseMs) => {
      const row = connection
        .prepare<[{ worker: string; now: number; until: number }], JobRow>(
          `UPDATE jobs SET state = 'running', worker = @worker, lease_until = @until, tries = tries + 1
             WHERE id = (SELECT id FROM jobs WHERE ${CLAIMABLE} ORDER BY id LIMIT 1) AND ${CLAIMABLE} RETURNING *`,
        )
        .get({ worker, now, until: now + leaseMs });
      return row && jobOf(row);
    },
    renew: async (id, worker, now, leaseMs) =>
      connection
        .prepare(`UPDATE jobs SET lease_until = ? WHERE id = ? AND worker = ? AND state = 'running'`)
        .run(now + leaseMs, id, worker).changes > 0,
    succeed: async (job, worker, file, at) =>
      settle(connection, job, worker, () => {
        connection.prepare('DELETE FROM jobs WHERE id = ?').run(job.id);
        complete(connection, job.recordingId, file, at);
        connection
          .prepare(
            `UPDATE sessions SET status = 'finalized', error = NULL, finalized_at = ?, content_sha256 = ? WHERE id = ?`,
          )
          .run(at, file.contentSha256 ?? null, job.sessionId);
        connection.prepare('DELETE FROM chunks WHERE session_id = ?').run(job.sessionId);
        settled(connection, job, 'recording.ready', at);
      }),
    fail: async (job, worker, error, at) =>
      settle(connection, job, worker, () => {
        connection.prepare(`UPDATE jobs SET state = 'failed' WHERE id = ?`).run(job.id);
        refuse(connection, job.recordingId, error, at);
        connection.prepare(`UPDATE sessions SET status = 'failed', error = ? WHERE id = ?`).run(error, job.sessionId);
        settled(connection, job, 'recording.failed', at);
      }),
    succeedIncomplete: async (job, worker, { parts, error, at }) =>
      settle(connection, job, worker, () => {
        // As long as there is nothing of it, it can be tried again.
        const isMade = parts.some((part) => 'file' in part);
        connection
          .prepare(isMade ? 'DELETE FROM jobs WHERE id = ?' : `UPDATE jobs SET state = 'failed' WHERE id = ?`)
          .run(job.id);
        connection.prepare(`UPDATE sessions SET status = 'failed', error = ? WHERE id = ?`).run(error, job.sessionId);
        for (const part of parts) settlePart(connection, job, part, at);
      }),
    release: async (job, worker, nextTryAt, why) => {
      settle(connection, job, worker, () => {
        connection.prepare(`UPDATE jobs SET state = 'waiting', next_try_at = ? WHERE id = ?`).run(nextTryAt, job.id);
        if (why === undefined) return;
        connection
          .prepare(`UPDATE recordings SET waiting = ? WHERE session_id = ? AND status = 'STITCHING'`)
          .run(why, job.sessionId);
      });
    },
    releaseAll: async () => {
      connection.prepare(`UPDATE jobs SET state = 'waiting', next_try_at = 0 WHERE state = 'running'`).run();
    },
    ensure: async (sessionId, recordingId, at) => {
      connection
        .prepare(
          `INSERT INTO jobs (session_id, recording_id, state, next_try_at) VALUES (?, ?, 'waiting', ?)
             ON CONFLICT (session_id) DO NOTHING`,
        )
        .run(sessionId, recordingId, at);
    },
    retry: async (recordingId, at) => connection.transaction(() => retry(connection, recordingId, at)).immediate(),
  };
}

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  sessionId: row.session_id,
  recordingId: row.recording_id,
  tries: row.tries,
  incomplete: row.incomplete === 1,
});

function complete(connection: Connection, recordingId: number, file: RecordingFile, at: number): void {
  connection
    .prepare(
      `UPDATE recordings SET status = 'COMPLETED', error = NULL, waiting = NULL, file_key = ?, file_type = ?, bytes = ?,
         sha256 = ?, duration_ms = ?, completed_at = ? WHERE id = ?`,
    )
    .run(file.key, file.mimeType, file.bytes, file.sha256, file.durationMs ?? null, at, recordingId);
}

function refuse(connection: Connection, recordingId: number, error: string, at: number): void {
  connection
    .prepare(`UPDATE recordings SET status = 'FAILED', error = ?, waiting = NULL, completed_at = ? WHERE id = ?`)
    .run(error, at, recordingId);
}

function settlePart(connection: Connection, job: Job, part: MadePart, at: number): void {
  const { recordingId } = part;
  if ('file' in part) complete(connection, recordingId, part.file, at);
  else refuse(connection, recordingId, part.error, at);
  settled(connection, { ...job, recordingId }, 'file' in part ? 'recording.ready' : 'recording.failed', at);
}

/** Does nothing when somebody else has the job now. */
function settle(connection: Connection, job: Job, worker: string, change: () => void): boolean {
  return connection
    .transaction(() => {
      const held = connection
        .prepare(`SELECT 1 FROM jobs WHERE id = ? AND worker = ? AND state = 'running'`)
        .get(job.id, worker);
      if (held) change();
      return held !== undefined;
    })
    .immediate();
}

function settled(connection: Connection, job: Job, type: 'recording.ready' | 'recording.failed', at: number): void {
  const owner = connection
    .prepare<[number], { user_id: number }>('SELECT user_id FROM recordings WHERE id = ?')
    .get(job.recordingId);
  if (!owner) return;
  tell(connection, { at, type, userId: owner.user_id, sessionId: job.sessionId, recordingId: job.recordingId });
}

function retry(connection: Connection, recordingId: number, at: number): boolean {
  const { changes } = connection
    .prepare(`UPDATE jobs SET state = 'waiting', next_try_at = ? WHERE recording_id = ? AND state = 'failed'`)
    .run(at, recordingId);
  if (changes === 0) return false;
  connection
    .prepare(`UPDATE recordings SET status = 'STITCHING', error = NULL, completed_at = NULL WHERE id = ?`)
    .run(recordingId);
  connection
    .prepare(`UPDATE sessions SET status = 'finalizing', error = NULL WHERE recording_id = ? AND status = 'failed'`)
    .run(recordingId);
  return true;
}
