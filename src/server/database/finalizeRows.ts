import type { Recording, Session } from '../model.ts';
import type { Connection } from './connection.ts';
import type { FinalizeOutcome, FinalizeRequest } from './database.ts';
import { finalizeIncomplete } from './incompleteRows.ts';
import { tell } from './outboxRows.ts';
import { insertOf, rowOfRecording } from './rows.ts';
import { chunkOf, load, missingOf } from './sessionQueries.ts';

/** More missing chunks than this are told in the next answer. */
const MISSING_LIMIT = 1000;

/** In the transaction of the caller: of two that ask at once, one begins it. */
export function finalizeSession(connection: Connection, id: string, request: FinalizeRequest): FinalizeOutcome {
  const session = load(connection, id);
  if (!session) return { kind: 'unknown' };
  const { status, recordingId } = session;
  if (request.incomplete === true && (status === 'recording' || status === 'failed') && session.chunkCount > 0) {
    const outcome = finalizeIncomplete(connection, session, request);
    if (outcome) return outcome;
  }
  if ((status === 'finalizing' || status === 'finalized') && recordingId !== undefined) {
    return { kind: 'repeated', recordingId, status };
  }
  if (status !== 'recording') return { kind: 'closed', status };
  if (session.chunkCount === 0) return { kind: 'empty' };
  if (!request.takesGaps) {
    const missing = missingOf(connection, id, request.chunkCount ?? 0, MISSING_LIMIT);
    if (missing.length > 0) return { kind: 'missing', missing };
    const { chunkCount, bytes } = session;
    if ((request.chunkCount ?? chunkCount) !== chunkCount || (request.bytes ?? bytes) !== bytes) {
      return { kind: 'differs', chunkCount, bytes };
    }
  }
  const twin = twinOf(connection, session);
  if (twin) return { kind: 'repeated', ...twin };
  return { kind: 'begun', recordingId: begin(connection, session, request) };
}

/** A whole file that came twice, as when its first answer was lost: the recording that was, or is, made of the first. */
function twinOf(
  connection: Connection,
  { id, userId, whole, clientRecording }: Session,
): { readonly recordingId: number; readonly status: 'finalizing' | 'finalized' } | undefined {
  const chunk = chunkOf(connection, id, 1);
  if (!whole || clientRecording === undefined || !chunk) return undefined;
  return connection
    .prepare<
      { id: string; userId: number; clientRecording: string; sha256: string },
      { recordingId: number; status: 'finalizing' | 'finalized' }
    >(
      `SELECT r.id AS recordingId, s.status FROM sessions s JOIN recordings r ON r.id = s.recording_id
         WHERE s.user_id = @userId AND s.client_recording = @clientRecording AND s.whole = 1 AND s.id <> @id
           AND (s.status = 'finalized' AND s.content_sha256 = @sha256
             OR s.status = 'finalizing'
               AND EXISTS (SELECT 1 FROM chunks c WHERE c.session_id = s.id AND c.n = 1 AND c.sha256 = @sha256))
         LIMIT 1`,
    )
    .get({ id, userId, clientRecording, sha256: chunk.sha256 });
}

function begin(connection: Connection, session: Session, request: FinalizeRequest): number {
  const { at, metadata } = request;
  const recording: Omit<Recording, 'id'> = {
    userId: session.userId,
    sessionId: session.id,
    title: request.title,
    notes: request.notes,
    folderId: request.folderId,
    tagIds: [],
    source: session.source,
    meetingDate: request.meetingDate,
    mimeType: session.mimeType,
    status: 'STITCHING',
    error: undefined,
    file: undefined,
    createdAt: at,
    completedAt: undefined,
    metadata,
  };
  const { id: _, ...row } = rowOfRecording({ ...recording, id: 0 });
  const recordingId = Number(connection.prepare(insertOf('recordings', row)).run(row).lastInsertRowid);
  connection
    .prepare(
      `UPDATE sessions SET status = 'finalizing', finalized_at = NULL, recording_id = ?, metadata = ?, last_seen_at = ?
         WHERE id = ?`,
    )
    .run(recordingId, JSON.stringify(metadata), at, session.id);
  connection
    .prepare(`INSERT INTO jobs (session_id, recording_id, state, next_try_at) VALUES (?, ?, 'waiting', ?)`)
    .run(session.id, recordingId, at);
  tell(connection, { at, type: 'session.finalized', userId: session.userId, sessionId: session.id, recordingId });
  return recordingId;
}
