import { type Recording, recordingSchema } from '../../shared/domain/recording.ts';
import { type RemovalReason, removalReasonSchema } from '../../shared/domain/retention.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { Command, Connection, Query } from './database.ts';
import { fromRecordingRow, type ReadRecordingRow } from './rows.ts';
import { READ_COLUMNS } from './statements.ts';

/** A recording that was deleted. */
export interface Removed {
  readonly recording: Recording;
  /** ms since 1970 UTC. */
  readonly removedAt: number;
  readonly reason: RemovalReason;
  /** Where the file is, relative to the recordings folder; undefined once it is gone for good. */
  readonly trash: string | undefined;
  /** Files that went along, as they were called before, relative to the recordings folder. */
  readonly belongings: readonly string[];
}

interface RemovedRow {
  readonly id: string;
  readonly source_id: string;
  readonly root: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly bytes: number;
  readonly removed_at: number;
  readonly reason: string;
  readonly trash: string | null;
  readonly belongings: string;
  readonly recording: string;
}

/** What a rule needs to know of a recording. */
export interface CandidateRow {
  readonly id: string;
  readonly sourceId: string;
  readonly root: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly bytes: number;
  readonly state: string;
  readonly locked: number;
}

/** Where a walk through the recordings goes on: after this one. */
export interface Position {
  readonly startedAt: number;
  readonly id: string;
}

const PAGE = 250;

/** Locks, and what was deleted. */
export class KeepingStore {
  readonly #sql: ReturnType<typeof statements>;
  readonly #removeAll: (removed: readonly Removed[]) => void;
  readonly #takeBack: (id: string) => void;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
    this.#removeAll = connection.transaction((removed: readonly Removed[]) => {
      for (const item of removed) {
        this.#sql.putRemoved.run(toRemovedRow(item));
        this.#sql.removeRecording.run(item.recording.id);
      }
    });
    this.#takeBack = (id) => void this.#sql.forgetRemoved.run(id);
  }

  isLocked(id: string): boolean {
    return this.#sql.isLocked.get(id) !== undefined;
  }

  setLocked(id: string, locked: boolean): void {
    if (locked) this.#sql.lock.run(id);
    else this.#sql.unlock.run(id);
  }

  /** Takes recordings out of the list and notes where their files are. */
  saveRemoved(removed: readonly Removed[]): void {
    this.#removeAll(removed);
  }

  /** It is a recording again, or never ceased to be one. */
  takeBack(id: string): void {
    this.#takeBack(id);
  }

  removed(id: RecordingId): Removed | undefined {
    const row = this.#sql.removedById.get(id);
    return row && fromRemovedRow(row);
  }

  /** What is in the trash, newest first. */
  trash(offset: number, limit: number): readonly Removed[] {
    return this.#sql.trashPage.all(limit, offset).map(fromRemovedRow);
  }

  /** What is in the trash below `root`, oldest first; all folders without it. */
  oldestTrash(root: string | undefined, limit: number): readonly Removed[] {
    return this.#sql.oldestTrash.all(root ?? null, root ?? null, limit).map(fromRemovedRow);
  }

  trashTotals(root?: string): { readonly total: number; readonly bytes: number } {
    return this.#sql.trashTotals.get(root ?? null, root ?? null) ?? { total: 0, bytes: 0 };
  }

  /** Its file is gone for good. */
  notePurged(id: string): void {
    this.#sql.notePurged.run(id);
  }

  /** A page of all recordings, oldest first. */
  candidates(after: Position | undefined): readonly CandidateRow[] {
    return this.#sql.candidates.all(after?.startedAt ?? -1, after?.id ?? '', PAGE);
  }

  recording(id: string): Recording | undefined {
    const row = this.#sql.recordingById.get(id);
    return row && fromRecordingRow(row);
  }
}

export function toRemovedRow(item: Removed): RemovedRow {
  const { recording, removedAt, reason, trash, belongings } = item;
  return {
    id: recording.id,
    source_id: recording.sourceId,
    root: recording.root,
    started_at: recording.startedAt,
    ended_at: endOf(recording),
    bytes: recording.bytes,
    removed_at: removedAt,
    reason,
    trash: trash ?? null,
    belongings: JSON.stringify(belongings),
    recording: JSON.stringify(recording),
  };
}

function fromRemovedRow(row: RemovedRow): Removed {
  const belongings: unknown = JSON.parse(row.belongings);
  return {
    recording: recordingSchema.parse(JSON.parse(row.recording)),
    removedAt: row.removed_at,
    reason: removalReasonSchema.parse(row.reason),
    trash: row.trash ?? undefined,
    belongings: Array.isArray(belongings) ? belongings.map(String) : [],
  };
}

/** When its audio ends, ms since 1970 UTC. */
export function endOf({ startedAt, samples, format }: Recording): number {
  return format.sampleRate > 0 ? startedAt + (samples * 1000) / format.sampleRate : startedAt;
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const ofRoot = 'trash IS NOT NULL AND (? IS NULL OR root = ?)';
  return {
    isLocked: query<[string], { 1: number }>('SELECT 1 FROM locks WHERE recording_id = ?'),
    lock: command<[string]>('INSERT OR IGNORE INTO locks (recording_id) VALUES (?)'),
    unlock: command<[string]>('DELETE FROM locks WHERE recording_id = ?'),
    putRemoved: command<[RemovedRow]>(`
      INSERT OR REPLACE INTO removed
        (id, source_id, root, started_at, ended_at, bytes, removed_at, reason, trash, belongings, recording)
      VALUES (@id, @source_id, @root, @started_at, @ended_at, @bytes, @removed_at, @reason, @trash, @belongings,
        @recording)`),
    removeRecording: command<[string]>('DELETE FROM recordings WHERE id = ?'),
    forgetRemoved: command<[string]>('DELETE FROM removed WHERE id = ?'),
    removedById: query<[string], RemovedRow>('SELECT * FROM removed WHERE id = ?'),
    trashPage: query<[number, number], RemovedRow>(
      'SELECT * FROM removed WHERE trash IS NOT NULL ORDER BY removed_at DESC, id DESC LIMIT ? OFFSET ?',
    ),
    oldestTrash: query<[string | null, string | null, number], RemovedRow>(
      `SELECT * FROM removed WHERE ${ofRoot} ORDER BY removed_at, id LIMIT ?`,
    ),
    trashTotals: query<[string | null, string | null], { total: number; bytes: number }>(
      `SELECT count(*) AS total, coalesce(sum(bytes), 0) AS bytes FROM removed WHERE ${ofRoot}`,
    ),
    notePurged: command<[string]>('UPDATE removed SET trash = NULL WHERE id = ?'),
    candidates: query<[number, string, number], CandidateRow>(`
      SELECT id, source_id AS sourceId, root, started_at AS startedAt, started_at + duration_us / 1000.0 AS endedAt,
        bytes, state, EXISTS (SELECT 1 FROM locks WHERE recording_id = recordings.id) AS locked
      FROM recordings WHERE (started_at, id) > (?, ?) ORDER BY started_at, id LIMIT ?`),
    recordingById: query<[string], ReadRecordingRow>(`SELECT ${READ_COLUMNS} FROM recordings WHERE id = ?`),
  };
}
