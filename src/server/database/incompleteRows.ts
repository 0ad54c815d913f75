import type { Incomplete, Recording, Session } from '../model.ts';
import type { Connection } from './connection.ts';
import type { FinalizeOutcome, FinalizeRequest } from './database.ts';
import { tell } from './outboxRows.ts';
import { insertOf, type RecordingRow, recordingOf, rowOfRecording } from './rows.ts';
import { chunksOf } from './sessionQueries.ts';

/** Media whose audio can begin behind a gap; others need what came before it. */
const BEGIN_ANYWHERE: ReadonlySet<string> = new Set(['audio/mpeg', 'audio/ogg', 'audio/flac', 'audio/wav']);
const TITLE_LENGTH = 200;

/** First and last index, both inclusive. */
type Run = readonly [number, number];

export function recordingsOf(connection: Connection, sessionId: string): readonly Recording[] {
  return connection
    .prepare<[string], RecordingRow>('SELECT * FROM recordings WHERE session_id = ? ORDER BY id')
    .all(sessionId)
    .map(recordingOf);
}

/**
 * Has what is there of a session made into recordings that say what is missing: one up to the first gap, and one for
 * what lies between two gaps where that can be played. Undefined when nothing is missing.
 */
export function finalizeIncomplete(
  connection: Connection,
  session: Session,
  request: FinalizeRequest,
): FinalizeOutcome | undefined {
  const known = recordingsOf(connection, session.id).filter(({ incomplete }) => incomplete !== undefined);
  if (known.some(({ status }) => status === 'COMPLETED')) {
    const parts = known.map(({ id }) => id);
    return { kind: 'repeated', recordingId: parts[0] ?? 0, status: session.status, parts };
  }
  const runs = runsOf(chunksOf(connection, session.id).map(({ index }) => index));
  const missing = gapsBetween(runs, request.chunkCount ?? 0);
  if (missing.length === 0) return undefined;
  const playable = runs.filter(([from], at) => from === 1 || at === 0 || BEGIN_ANYWHERE.has(session.mimeType));
  const parts = playable.map(([from, to], at) => {
    const incomplete: Incomplete = { part: at + 1, parts: playable.length, from, to, missing };
    return savePart(connection, session, request, { incomplete, id: known[at]?.id ?? ownOf(session, at) });
  });
  const [recordingId = 0] = parts;
  begin(connection, session, request, recordingId);
  return { kind: 'begun', recordingId, parts };
}

const ownOf = (session: Session, at: number): number | undefined => (at === 0 ? session.recordingId : undefined);

interface Part {
  readonly incomplete: Incomplete;
  /** Of a recording that failed before. */
  readonly id: number | undefined;
}

function savePart(
  connection: Connection,
  session: Session,
  request: FinalizeRequest,
  { incomplete, id }: Part,
): number {
  const found =
    id === undefined
      ? undefined
      : connection.prepare<[number], RecordingRow>('SELECT * FROM recordings WHERE id = ?').get(id);
  const before = found && recordingOf(found);
  const recording: Omit<Recording, 'id'> = {
    userId: session.userId,
    sessionId: session.id,
    notes: request.notes,
    folderId: request.folderId,
    tagIds: [],
    source: session.source,
    meetingDate: request.meetingDate,
    mimeType: session.mimeType,
    createdAt: request.at,
    metadata: request.metadata,
    ...before,
    title: before?.incomplete ? before.title : titleOf(before?.title ?? request.title, incomplete),
    status: 'STITCHING',
    error: undefined,
    waiting: undefined,
    file: undefined,
    completedAt: undefined,
    incomplete,
  };
  const row = rowOfRecording({ ...recording, id: before?.id ?? 0 });
  if (before) connection.prepare(insertOf('recordings', { ...row })).run(row);
  if (before) return before.id;
  const { id: _, ...made } = row;
  return Number(connection.prepare(insertOf('recordings', made)).run(made).lastInsertRowid);
}

function begin(connection: Connection, session: Session, request: FinalizeRequest, recordingId: number): void {
  const { at, metadata } = request;
  connection
    .prepare(
      `UPDATE sessions SET status = 'finalizing', error = NULL, recording_id = ?, metadata = ?, last_seen_at = ?
         WHERE id = ?`,
    )
    .run(recordingId, JSON.stringify(metadata), at, session.id);
  connection
    .prepare(
      `INSERT INTO jobs (session_id, recording_id, state, next_try_at, incomplete) VALUES (?, ?, 'waiting', ?, 1)
         ON CONFLICT (session_id) DO UPDATE SET state = 'waiting', recording_id = excluded.recording_id,
           next_try_at = excluded.next_try_at, incomplete = 1`,
    )
    .run(session.id, recordingId, at);
  if (session.status !== 'recording') return;
  tell(connection, { at, type: 'session.finalized', userId: session.userId, sessionId: session.id, recordingId });
}

/** Stored indices that follow each other. */
function runsOf(indices: readonly number[]): readonly Run[] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

/** What lies before, between and, up to `count`, behind the runs. */
function gapsBetween(runs: readonly Run[], count: number): readonly Run[] {
  const gaps: Run[] = [];
  let next = 1;
  for (const [from, to] of [...runs, [count + 1, count] as const]) {
    if (from > next) gaps.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  return gaps;
}

function titleOf(title: string, { part, parts }: Incomplete): string {
  const label = parts === 1 ? ' (incomplete)' : ` (incomplete, part ${part} of ${parts})`;
  return `${title.slice(0, TITLE_LENGTH - label.length)}${label}`;
}
