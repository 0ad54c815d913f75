import type { Beat, Incomplete, Metadata, Recording, RecordingStatus, Session, SessionStatus } from '../model.ts';

export interface SessionRow {
  id: string;
  user_id: number;
  mime_type: string;
  status: SessionStatus;
  out_of_order: number;
  whole: number;
  title: string | null;
  source: string | null;
  started_at: string | null;
  chunk_count: number;
  expected_index: number;
  bytes: number;
  beat: Beat;
  beat_at: number;
  paused_ms: number;
  created_at: number;
  last_seen_at: number;
  finalized_at: number | null;
  recording_id: number | null;
  error: string | null;
  metadata: string;
  client_key: string | null;
  client_recording: string | null;
  content_sha256: string | null;
}

export interface RecordingRow {
  id: number;
  user_id: number;
  session_id: string;
  title: string;
  notes: string | null;
  folder_id: number | null;
  tag_ids: string;
  source: string | null;
  meeting_date: string | null;
  mime_type: string;
  status: RecordingStatus;
  error: string | null;
  file_key: string | null;
  file_type: string | null;
  bytes: number | null;
  sha256: string | null;
  duration_ms: number | null;
  created_at: number;
  completed_at: number | null;
  metadata: string;
  incomplete: string | null;
  waiting: string | null;
}

export function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    mimeType: row.mime_type,
    status: row.status,
    outOfOrder: row.out_of_order === 1,
    whole: row.whole === 1,
    title: row.title ?? undefined,
    source: row.source ?? undefined,
    startedAt: row.started_at ?? undefined,
    chunkCount: row.chunk_count,
    expectedIndex: row.expected_index,
    bytes: row.bytes,
    beat: row.beat,
    beatAt: row.beat_at,
    pausedMs: row.paused_ms,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    finalizedAt: row.finalized_at ?? undefined,
    recordingId: row.recording_id ?? undefined,
    error: row.error ?? undefined,
    metadata: JSON.parse(row.metadata) as Metadata,
    clientKey: row.client_key ?? undefined,
    clientRecording: row.client_recording ?? undefined,
    contentSha256: row.content_sha256 ?? undefined,
  };
}

export function rowOfSession(session: Session): SessionRow {
  return {
    id: session.id,
    user_id: session.userId,
    mime_type: session.mimeType,
    status: session.status,
    out_of_order: session.outOfOrder ? 1 : 0,
    whole: session.whole ? 1 : 0,
    title: session.title ?? null,
    source: session.source ?? null,
    started_at: session.startedAt ?? null,
    chunk_count: session.chunkCount,
    expected_index: session.expectedIndex,
    bytes: session.bytes,
    beat: session.beat,
    beat_at: session.beatAt,
    paused_ms: session.pausedMs,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    finalized_at: session.finalizedAt ?? null,
    recording_id: session.recordingId ?? null,
    error: session.error ?? null,
    metadata: JSON.stringify(session.metadata),
    client_key: session.clientKey ?? null,
    client_recording: session.clientRecording ?? null,
    content_sha256: session.contentSha256 ?? null,
  };
}

export function recordingOf(row: RecordingRow): Recording {
  const { file_key: key, bytes, sha256 } = row;
  return {
    id: row.id,
    userId: row.user_id,
    sessionId: row.session_id,
    title: row.title,
    notes: row.notes ?? undefined,
    folderId: row.folder_id ?? undefined,
    tagIds: JSON.parse(row.tag_ids) as number[],
    source: row.source ?? undefined,
    meetingDate: row.meeting_date ?? undefined,
    mimeType: row.mime_type,
    status: row.status,
    error: row.error ?? undefined,
    waiting: row.waiting ?? undefined,
    file:
      key === null || bytes === null || sha256 === null
        ? undefined
        : { key, bytes, sha256, mimeType: row.file_type ?? row.mime_type, durationMs: row.duration_ms ?? undefined },
    createdAt: row.created_at,
    completedAt: row.completed_at ?? undefined,
    metadata: JSON.parse(row.metadata) as Metadata,
    ...(row.incomplete === null ? {} : { incomplete: JSON.parse(row.incomplete) as Incomplete }),
  };
}

export function rowOfRecording(recording: Recording): RecordingRow {
  return {
    id: recording.id,
    user_id: recording.userId,
    session_id: recording.sessionId,
    title: recording.title,
    notes: recording.notes ?? null,
    folder_id: recording.folderId ?? null,
    tag_ids: JSON.stringify(recording.tagIds),
    source: recording.source ?? null,
    meeting_date: recording.meetingDate ?? null,
    mime_type: recording.mimeType,
    status: recording.status,
    error: recording.error ?? null,
    file_key: recording.file?.key ?? null,
    file_type: recording.file?.mimeType ?? null,
    bytes: recording.file?.bytes ?? null,
    sha256: recording.file?.sha256 ?? null,
    duration_ms: recording.file?.durationMs ?? null,
    created_at: recording.createdAt,
    completed_at: recording.completedAt ?? null,
    metadata: JSON.stringify(recording.metadata),
    incomplete: recording.incomplete === undefined ? null : JSON.stringify(recording.incomplete),
    waiting: recording.waiting ?? null,
  };
}

/** `INSERT OR REPLACE` for all columns of a row. */
export function insertOf(table: string, row: Readonly<Record<string, unknown>>): string {
  const columns = Object.keys(row);
  return `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`;
}
