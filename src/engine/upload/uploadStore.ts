import { randomUUID } from 'node:crypto';
import type { Recording } from '../../shared/domain/recording.ts';
import type { UploadState } from '../../shared/domain/upload.ts';
import type { RecordingId, SourceId, TargetId, UploadId } from '../../shared/units.ts';
import type { Statement } from 'better-sqlite3';
import { ChunkStore, type CutChunk } from './chunkStore.ts';
import type { Connection } from './database.ts';
import { overOnceTaken } from './failures.ts';
import { assignments, type Changes, type Entry, fromRow, type UploadRow } from './rows.ts';
import { nextState, type UploadEvent } from './states.ts';

export interface NewUpload {
  readonly targetId: TargetId;
  readonly recording: Recording;
  readonly part?: number;
  readonly filePosition?: number;
  /** Bytes that are to be sent, as far as it is known. */
  readonly bytes: number;
  /** Absent: as the recording says. */
  readonly live?: boolean;
  /** The target may have it from before. */
  readonly seek?: boolean;
}

export interface UploadFilter {
  readonly states?: readonly UploadState[] | undefined;
  readonly targetId?: TargetId | undefined;
  readonly before?: UploadId | undefined;
  readonly limit: number;
}

/** A time further away was set by a clock that ran ahead. */
const LONGEST_WAIT_MS = 7_200_000;
const DUE = `(next_try_at IS NULL OR next_try_at NOT BETWEEN ? + 1 AND ? + ${LONGEST_WAIT_MS})`;
const PENDING = `state NOT IN ('done', 'discarded', 'failed', 'paused')`;

const OVER_ONCE_TAKEN = [...overOnceTaken].map((code) => `'${code}'`).join(', ');

/** What is uploaded, and how far it is. Every change of a state goes through {@link move}. */
export class UploadStore {
  readonly chunks: ChunkStore;
  readonly #connection: Connection;
  /** Compiled once; there are few, and all of them are written here. */
  readonly #selects = new Map<string, Statement<unknown[], UploadRow>>();
  readonly #now: () => number;
  readonly #onChange: (entry: Entry) => void;

  /** `onChange` hears of every upload that changed, after it did. `now`: ms since 1970 UTC. */
  constructor(connection: Connection, now: () => number, onChange: (entry: Entry) => void) {
    this.#connection = connection;
    this.#now = now;
    this.#onChange = onChange;
    this.chunks = new ChunkStore(connection);
  }

  close(): void {
    this.#connection.close();
  }

  find(id: UploadId): Entry | undefined {
    return this.#one('id = ?', id);
  }

  /** All changes within `work` become true together, or not at all. */
  together<Value>(work: () => Value): Value {
    return this.#connection.transaction(work)();
  }

  /** Adds an upload, unless there is one of this part already. A discarded one gives way. */
  add({ targetId, recording, part = 1, filePosition = 0, bytes, live, seek = false }: NewUpload): Entry | undefined {
    return this.together(() => {
      const known = this.#one('recording_id = ? AND target_id = ? AND part = ?', recording.id, targetId, part);
      if (known && known.state !== 'discarded') return undefined;
      if (known) this.#connection.prepare('DELETE FROM uploads WHERE number = ?').run(known.number);
      const id = randomUUID();
      const now = this.#now();
      this.#connection
        .prepare(
          `INSERT INTO uploads (id, target_id, recording_id, part, source_id, recording, state, live, file_position,
             bytes, started_at, updated_at, seek, unwanted_session, unwanted_key)
           VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          targetId,
          recording.id,
          part,
          recording.sourceId,
          JSON.stringify(recording),
          (live ?? recording.state === 'recording') ? 1 : 0,
          filePosition,
          bytes,
          now,
          now,
          seek ? 1 : 0,
          known?.unwantedSession ?? null,
          known?.unwantedKey ?? null,
        );
      return this.#told(this.#one('id = ?', id));
    });
  }

  /** The part after this one, whose audio begins at `filePosition` of the recording's file. */
  addPart({ targetId, recording, part, live, seek }: Entry, filePosition: number): void {
    const bytes = Math.max(0, recording.bytes - filePosition);
    this.add({ targetId, recording, part: part + 1, filePosition, bytes, live, seek });
  }

  /**
   * Takes the exit `event` out of the upload's present state, with these changes. Undefined, and nothing changed, where
   * the table of states has no such exit.
   */
  move(id: UploadId, event: UploadEvent, changes: Changes = {}): Entry | undefined {
    const entry = this.find(id);
    if (!entry) return undefined;
    const state = nextState(entry.state, event, { ...entry, ...changes });
    return state === undefined ? undefined : this.#write(entry, changes, state);
  }

  /** Changes everything but the state. */
  change(id: UploadId, changes: Changes): Entry | undefined {
    const entry = this.find(id);
    return entry && this.#write(entry, changes, entry.state);
  }

  /** How far it is; a power cut may take this back, for the target knows better. */
  progress(id: UploadId, changes: Pick<Changes, 'bytes' | 'safeBytes' | 'behindMs'>): Entry | undefined {
    return this.#loosely(() => this.change(id, changes));
  }

  /** Notes a chunk before it is sent. A power cut may take it back: then the session is given up, and another begins. */
  cut(entry: Entry, chunk: CutChunk): void {
    this.#loosely(() => this.chunks.add(entry.number, chunk));
  }

  /** The target has this chunk. */
  stored(entry: Entry, chunk: number, behindMs: (safeBytes: number) => number): Entry | undefined {
    return this.#loosely(() =>
      this.together(() => {
        const added = this.chunks.markStored(entry.number, chunk);
        const safeBytes = (this.find(entry.id)?.safeBytes ?? 0) + added;
        return this.change(entry.id, { safeBytes, behindMs: behindMs(safeBytes) });
      }),
    );
  }

  /** Newest first. */
  list({ states, targetId, before, limit }: UploadFilter): Entry[] {
    const terms = ['1 = 1'];
    const values: unknown[] = [];
    if (states) {
      terms.push(`state IN (${states.map(() => '?').join(', ')})`);
      values.push(...states);
    }
    if (targetId !== undefined) {
      terms.push('target_id = ?');
      values.push(targetId);
    }
    if (before !== undefined) {
      terms.push('number < (SELECT number FROM uploads WHERE id = ?)');
      values.push(before);
    }
    return this.#many(`${terms.join(' AND ')} ORDER BY number DESC LIMIT ?`, ...values, limit);
  }

  ofRecording(id: RecordingId): Entry[] {
    return this.#many('recording_id = ? ORDER BY number', id);
  }

  live(): Entry[] {
    return this.#many('live = 1 ORDER BY number');
  }

  /** When the newest recording of a source began that ever went to a target, ms since 1970 UTC. */
  newest(sourceId: SourceId, targetId: TargetId): number | undefined {
    return this.#one('source_id = ? AND target_id = ? ORDER BY number DESC LIMIT 1', sourceId, targetId)?.recording
      .startedAt;
  }

  /** The targets that a source goes to from now on; of those that it went to before, since when stays. */
  bind(sourceId: SourceId, targetIds: readonly TargetId[]): void {
    this.together(() => {
      const known = this.#connection
        .prepare<[string], { target_id: string }>('SELECT target_id FROM bindings WHERE source_id = ?')
        .all(sourceId);
      for (const { target_id: id } of known) {
        if (targetIds.some((wanted) => wanted === id)) continue;
        this.#connection.prepare('DELETE FROM bindings WHERE source_id = ? AND target_id = ?').run(sourceId, id);
      }
      const add = this.#connection.prepare('INSERT OR IGNORE INTO bindings VALUES (?, ?, ?)');
      for (const id of targetIds) add.run(sourceId, id, this.#now());
    });
  }

  /** Since when a source goes to a target, ms since 1970 UTC. */
  boundSince(sourceId: SourceId, targetId: TargetId): number | undefined {
    return this.#connection
      .prepare<[string, string], { since: number }>('SELECT since FROM bindings WHERE source_id = ? AND target_id = ?')
      .get(sourceId, targetId)?.since;
  }

  /** What was under way when the program ended. */
  interrupted(): Entry[] {
    return this.#many(`state IN ('opening', 'sending', 'finalizing') ORDER BY number`);
  }

  /**
   * What may go on at this target now: of each source the recording that is open, and the oldest of the others.
   * Not what the target only has to be asked about.
   */
  due(targetId: TargetId, now: number): Entry[] {
    return this.#many(
      `number IN (
         SELECT min(number) FROM uploads WHERE target_id = ? AND ${PENDING} AND state <> 'processing'
           AND remote_id IS NULL AND ${DUE}
           AND (way = 'session' OR live = 0)
         GROUP BY source_id, live
       ) ORDER BY live DESC, number`,
      targetId,
      now,
      now,
    );
  }

  /** What this target makes files of now, the longest untold first. */
  processing(targetId: TargetId, now: number, limit: number): Entry[] {
    return this.#many(
      `target_id = ? AND ${PENDING} AND remote_id IS NOT NULL AND ${DUE}
       ORDER BY next_try_at LIMIT ?`,
      targetId,
      now,
      now,
      limit,
    );
  }

  /** When the next of a target that waits may go on; undefined when none waits for time. */
  nextTryAt(targetId: TargetId, after: number): number | undefined {
    const row = this.#connection
      .prepare<[string, number], { at: number | null }>(
        `SELECT min(next_try_at) AS at FROM uploads WHERE target_id = ? AND ${PENDING} AND next_try_at > ?`,
      )
      .get(targetId, after);
    return row?.at ?? undefined;
  }

  /** Sessions that a target is still to throw away. */
  unwanted(targetId: TargetId): Entry[] {
    return [
      ...this.#many('target_id = ? AND unwanted_session IS NOT NULL LIMIT 20', targetId),
      ...this.#many('target_id = ? AND unwanted_key IS NOT NULL LIMIT 20', targetId),
    ];
  }

  /** Paused by a person, with a session that the target keeps open. */
  paused(targetId: TargetId, limit: number): Entry[] {
    return this.#many(
      `target_id = ? AND state = 'paused' AND session_id IS NOT NULL AND remote_id IS NULL ORDER BY number DESC LIMIT ?`,
      targetId,
      limit,
    );
  }

  backlog(targetId: TargetId): { readonly uploads: number; readonly bytes: number } {
    const row = this.#connection
      .prepare<[string], { uploads: number; bytes: number | null }>(
        `SELECT count(*) AS uploads, sum(max(0, bytes - safe_bytes)) AS bytes
         FROM uploads WHERE target_id = ? AND ${PENDING}`,
      )
      .get(targetId);
    return { uploads: row?.uploads ?? 0, bytes: row?.bytes ?? 0 };
  }

  /**
   * The upload to a target that is worst off by itself: one that needs a person, then one that failed there, then one
   * that is tried again. Undefined when none is. A full account is told of as long as it is full, by the way there.
   */
  worst(targetId: TargetId): Entry | undefined {
    const troubled = `target_id = ? AND ${PENDING} AND problem IS NOT NULL`;
    const last = 'ORDER BY number DESC LIMIT 1';
    return (
      this.#one(
        `${troubled} AND state = 'needsPerson' AND json_extract(problem, '$.code') <> 'UPLOAD_QUOTA' ${last}`,
        targetId,
      ) ??
      this.#one(`target_id = ? AND state = 'failed' ${last}`, targetId) ??
      this.#one(`${troubled} AND state <> 'needsPerson' ${last}`, targetId)
    );
  }

  /** What waits for a person because of something that is over once the target takes bytes. */
  overOnceTaken(targetId: TargetId): Entry[] {
    return this.#many(
      `target_id = ? AND ${PENDING} AND problem IS NOT NULL AND state = 'needsPerson' AND next_try_at IS NOT NULL
       AND json_extract(problem, '$.code') IN (${OVER_ONCE_TAKEN})`,
      targetId,
    );
  }

  /** What a target has in sessions that are under way, but for this upload's. */
  openBytes(targetId: TargetId, except: UploadId): number {
    const row = this.#connection
      .prepare<[string, string], { bytes: number | null }>(
        `SELECT sum(safe_bytes) AS bytes FROM uploads
         WHERE target_id = ? AND ${PENDING} AND id <> ? AND state IN ('sending', 'finalizing') AND way = 'session'`,
      )
      .get(targetId, except);
    return row?.bytes ?? 0;
  }

  /** How many sources have an open recording that goes there. */
  liveSources(targetId: TargetId): number {
    const row = this.#connection
      .prepare<[string], { count: number }>(
        'SELECT count(DISTINCT source_id) AS count FROM uploads WHERE target_id = ? AND live = 1',
      )
      .get(targetId);
    return row?.count ?? 0;
  }

  /** What has ended, from after `number` on; for finding out what nobody needs to know any more. */
  ended(after: number, limit: number): Entry[] {
    return this.#many(`state IN ('done', 'discarded', 'failed') AND number > ? ORDER BY number LIMIT ?`, after, limit);
  }

  /**
   * Forgets an upload that has ended. The newest of a source at a target stays, for it tells what came after it, and so
   * does one with a session that is still to be thrown away.
   */
  forget(id: UploadId): boolean {
    const { changes } = this.#connection
      .prepare(
        `DELETE FROM uploads WHERE id = ? AND state IN ('done', 'discarded', 'failed')
           AND unwanted_session IS NULL AND unwanted_key IS NULL
           AND number < (SELECT max(number) FROM uploads AS other
             WHERE other.source_id = uploads.source_id AND other.target_id = uploads.target_id)`,
      )
      .run(id);
    return changes > 0;
  }

  /** Everything of a target that is given up; returns what is forgotten. */
  removeTarget(targetId: TargetId): UploadId[] {
    return this.together(() => {
      const gone = this.#many(`target_id = ? AND state <> 'done'`, targetId).map(({ id }) => id);
      this.#connection.prepare(`DELETE FROM uploads WHERE target_id = ? AND state <> 'done'`).run(targetId);
      return gone;
    });
  }

  #write(entry: Entry, changes: Changes, state: UploadState): Entry | undefined {
    const { sql, values } = assignments(changes);
    this.#connection
      .prepare(`UPDATE uploads SET ${[...sql, 'state = ?', 'updated_at = ?'].join(', ')} WHERE number = ?`)
      .run(...values, state, this.#now(), entry.number);
    return this.#told(this.#one('number = ?', entry.number));
  }

  #told(entry: Entry | undefined): Entry | undefined {
    if (entry) this.#onChange(entry);
    return entry;
  }

  #loosely<Value>(work: () => Value): Value {
    this.#connection.pragma('synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#connection.pragma('synchronous = FULL');
    }
  }

  #one(where: string, ...values: readonly unknown[]): Entry | undefined {
    const row = this.#select(where).get(...values);
    return row && fromRow(row);
  }

  #many(where: string, ...values: readonly unknown[]): Entry[] {
    return this.#select(where)
      .all(...values)
      .map(fromRow);
  }

  #select(where: string): Statement<unknown[], UploadRow> {
    let statement = this.#selects.get(where);
    if (!statement) {
      statement = this.#connection.prepare<unknown[], UploadRow>(`SELECT * FROM uploads WHERE ${where}`);
      this.#selects.set(where, statement);
    }
    return statement;
  }
}
