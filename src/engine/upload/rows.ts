import { type Recording, recordingSchema } from '../../shared/domain/recording.ts';
import { type Upload, type UploadState, uploadStateSchema } from '../../shared/domain/upload.ts';
import type { WireError } from '../../shared/errors.ts';
import { type RecordingId, type SourceId, type TargetId, type UploadId, uploadId } from '../../shared/units.ts';
import { wireErrorSchema } from '../../shared/wireError.ts';
import type { Known } from './states.ts';

/** A row as SQLite has it. */
export interface UploadRow {
  readonly number: number;
  readonly id: string;
  readonly target_id: string;
  readonly recording_id: string;
  readonly part: number;
  readonly source_id: string;
  readonly recording: string;
  readonly state: string;
  readonly live: number;
  readonly way: 'session' | 'whole';
  readonly file_position: number;
  readonly ends_at: number | null;
  readonly session_id: string | null;
  readonly max_chunk_bytes: number | null;
  readonly max_in_flight: number | null;
  readonly digests: number;
  readonly session_opened_at: number | null;
  readonly finishing: number;
  readonly asked: number;
  readonly lost: number;
  readonly remote_id: string | null;
  readonly link: string | null;
  readonly live_link: string | null;
  readonly server_text: string | null;
  readonly problem: string | null;
  readonly next_try_at: number | null;
  readonly bytes: number;
  readonly safe_bytes: number;
  readonly behind_ms: number;
  readonly unwanted_session: string | null;
  readonly open_key: string | null;
  readonly unwanted_key: string | null;
  readonly seek: number;
  readonly gone_at: number | null;
  readonly started_at: number;
  readonly updated_at: number;
}

/** All that is known of an upload. Instants are ms since 1970 UTC, sizes bytes of the body. */
export interface Entry extends Known {
  readonly number: number;
  readonly id: UploadId;
  readonly targetId: TargetId;
  readonly recordingId: RecordingId;
  readonly sourceId: SourceId;
  readonly part: number;
  readonly recording: Recording;
  readonly state: UploadState;
  readonly live: boolean;
  readonly filePosition: number;
  readonly endsAt: number | undefined;
  readonly maxChunkBytes: number;
  readonly maxInFlight: number;
  readonly digests: boolean;
  readonly sessionOpenedAt: number | undefined;
  readonly asked: boolean;
  readonly lost: number;
  readonly link: string | undefined;
  readonly liveLink: string | undefined;
  readonly serverText: string | undefined;
  readonly problem: WireError | undefined;
  readonly nextTryAt: number | undefined;
  readonly bytes: number;
  readonly safeBytes: number;
  readonly behindMs: number;
  readonly unwantedSession: string | undefined;
  readonly openKey: string | undefined;
  readonly unwantedKey: string | undefined;
  readonly seek: boolean;
  readonly goneAt: number | undefined;
  readonly startedAt: number;
  readonly updatedAt: number;
}

/** What can be changed of an upload beside its state; `undefined` empties a field. */
export type Changes = Partial<
  Pick<
    Entry,
    | 'recording'
    | 'live'
    | 'way'
    | 'endsAt'
    | 'sessionId'
    | 'maxChunkBytes'
    | 'maxInFlight'
    | 'digests'
    | 'sessionOpenedAt'
    | 'finishing'
    | 'asked'
    | 'lost'
    | 'remoteId'
    | 'link'
    | 'liveLink'
    | 'serverText'
    | 'problem'
    | 'nextTryAt'
    | 'bytes'
    | 'safeBytes'
    | 'behindMs'
    | 'unwantedSession'
    | 'openKey'
    | 'unwantedKey'
    | 'goneAt'
  >
>;

const optional = <Value>(value: Value | null): Value | undefined => value ?? undefined;

export function fromRow(row: UploadRow): Entry {
  return {
    number: row.number,
    id: uploadId(row.id),
    targetId: row.target_id as TargetId,
    recordingId: row.recording_id as RecordingId,
    sourceId: row.source_id as SourceId,
    part: row.part,
    recording: recordingSchema.parse(JSON.parse(row.recording)),
    state: uploadStateSchema.parse(row.state),
    live: row.live === 1,
    way: row.way,
    filePosition: row.file_position,
    endsAt: optional(row.ends_at),
    sessionId: optional(row.session_id),
    maxChunkBytes: row.max_chunk_bytes ?? 0,
    maxInFlight: row.max_in_flight ?? 1,
    digests: row.digests === 1,
    sessionOpenedAt: optional(row.session_opened_at),
    finishing: row.finishing === 1,
    asked: row.asked === 1,
    lost: row.lost,
    remoteId: optional(row.remote_id),
    link: optional(row.link),
    liveLink: optional(row.live_link),
    serverText: optional(row.server_text),
    problem: row.problem === null ? undefined : wireErrorSchema.parse(JSON.parse(row.problem)),
    nextTryAt: optional(row.next_try_at),
    bytes: row.bytes,
    safeBytes: row.safe_bytes,
    behindMs: row.behind_ms,
    unwantedSession: optional(row.unwanted_session),
    openKey: optional(row.open_key),
    unwantedKey: optional(row.unwanted_key),
    seek: row.seek === 1,
    goneAt: optional(row.gone_at),
    startedAt: row.started_at,
    updatedAt: row.updated_at,
  };
}

const columns: Readonly<Record<keyof Changes, string>> = {
  recording: 'recording',
  live: 'live',
  way: 'way',
  endsAt: 'ends_at',
  sessionId: 'session_id',
  maxChunkBytes: 'max_chunk_bytes',
  maxInFlight: 'max_in_flight',
  digests: 'digests',
  sessionOpenedAt: 'session_opened_at',
  finishing: 'finishing',
  asked: 'asked',
  lost: 'lost',
  remoteId: 'remote_id',
  link: 'link',
  liveLink: 'live_link',
  serverText: 'server_text',
  problem: 'problem',
  nextTryAt: 'next_try_at',
  bytes: 'bytes',
  safeBytes: 'safe_bytes',
  behindMs: 'behind_ms',
  unwantedSession: 'unwanted_session',
  openKey: 'open_key',
  unwantedKey: 'unwanted_key',
  goneAt: 'gone_at',
};

/** The assignments of an UPDATE and their values. */
export function assignments(changes: Changes): {
  readonly sql: readonly string[];
  readonly values: readonly unknown[];
} {
  const keys = Object.keys(changes) as (keyof Changes)[];
  return { sql: keys.map((key) => `${columns[key]} = ?`), values: keys.map((key) => sqlValue(changes[key])) };
}

function sqlValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** As every face is told of it. */
export function toUpload(entry: Entry, targetName: string): Upload {
  const { problem, nextTryAt, link, liveLink, serverText, recording } = entry;
  return {
    id: entry.id,
    targetId: entry.targetId,
    targetName,
    recordingId: entry.recordingId,
    sourceId: entry.sourceId,
    sourceName: recording.sourceName,
    path: recording.path,
    part: entry.part,
    state: entry.state,
    live: entry.live,
    bytes: entry.bytes,
    safeBytes: entry.safeBytes,
    behindMs: entry.behindMs,
    digests: entry.digests,
    way: entry.way,
    ...(problem ? { problem } : {}),
    ...(nextTryAt === undefined ? {} : { nextTryAt }),
    ...(link === undefined ? {} : { link }),
    ...(liveLink === undefined ? {} : { liveLink }),
    ...(serverText === undefined ? {} : { serverText }),
    startedAt: entry.startedAt,
    updatedAt: entry.updatedAt,
  };
}
