import type { TargetId } from '../../shared/units.ts';
import type { Connection } from './database.ts';

/** A slice of a body, cut once and for all. */
export interface CutChunk {
  /** From 1. */
  readonly index: number;
  /** First byte in the body. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly sha256: Uint8Array;
}

interface ChunkRow {
  readonly number: number;
  readonly from_byte: number;
  readonly to_byte: number;
  readonly sha256: Uint8Array;
}

const toChunk = (row: ChunkRow): CutChunk => ({
  index: row.number,
  from: row.from_byte,
  to: row.to_byte,
  sha256: row.sha256,
});

/** The chunks of the present session of each upload, by its number. Kept until the target has taken all of them. */
export class ChunkStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(upload: number, { index, from, to, sha256 }: CutChunk): void {
    this.#connection
      .prepare('INSERT INTO chunks (upload, number, from_byte, to_byte, sha256) VALUES (?, ?, ?, ?, ?)')
      .run(upload, index, from, to, sha256);
  }

  last(upload: number): CutChunk | undefined {
    return this.#one('upload = ? ORDER BY number DESC LIMIT 1', upload);
  }

  /** Where in the body this chunk ends; undefined when there is none. */
  endOf(upload: number, index: number): number | undefined {
    return this.#one('upload = ? AND number = ?', upload, index)?.to;
  }

  isStored(upload: number, index: number): boolean {
    return this.#one('upload = ? AND number = ? AND stored = 1', upload, index) !== undefined;
  }

  /** The first that the target has not, apart from these. */
  next(upload: number, except: ReadonlySet<number>): CutChunk | undefined {
    return this.#many('upload = ? AND stored = 0 ORDER BY number LIMIT ?', upload, except.size + 1).find(
      ({ index }) => !except.has(index),
    );
  }

  /** Returns how many bytes are there that were not before. */
  markStored(upload: number, index: number): number {
    const row = this.#connection
      .prepare<[number, number], { bytes: number }>(
        `UPDATE chunks SET stored = 1 WHERE upload = ? AND number = ? AND stored = 0
         RETURNING to_byte - from_byte AS bytes`,
      )
      .get(upload, index);
    return row?.bytes ?? 0;
  }

  markMissing(upload: number, indexes: readonly number[]): void {
    for (const index of indexes) {
      this.#connection.prepare('UPDATE chunks SET stored = 0 WHERE upload = ? AND number = ?').run(upload, index);
    }
  }

  /** The target has those before `expected` and those in `ahead`, and no others. */
  resync(upload: number, expected: number, ahead: readonly number[] = []): void {
    this.#connection.prepare('UPDATE chunks SET stored = number < ? WHERE upload = ?').run(expected, upload);
    for (const index of ahead) this.markStored(upload, index);
  }

  storedBytes(upload: number): number {
    const row = this.#connection
      .prepare<[number], { bytes: number | null }>(
        'SELECT sum(to_byte - from_byte) AS bytes FROM chunks WHERE upload = ? AND stored = 1',
      )
      .get(upload);
    return row?.bytes ?? 0;
  }

  /** Forgets what the target has not of what lies after `at`, a place in the body. */
  dropUnsent(upload: number, at: number): void {
    this.#connection.prepare('DELETE FROM chunks WHERE upload = ? AND stored = 0 AND from_byte >= ?').run(upload, at);
  }

  /** Where in the body the chunks end that the target has without a hole. */
  endOfStored(upload: number): number {
    return this.next(upload, new Set())?.from ?? this.last(upload)?.to ?? 0;
  }

  totals(upload: number): { readonly chunks: number; readonly bytes: number } {
    const row = this.#connection
      .prepare<[number], { chunks: number; bytes: number | null }>(
        'SELECT count(*) AS chunks, sum(to_byte - from_byte) AS bytes FROM chunks WHERE upload = ?',
      )
      .get(upload);
    return { chunks: row?.chunks ?? 0, bytes: row?.bytes ?? 0 };
  }

  /** Forgets those from `index` on. */
  dropFrom(upload: number, index: number): void {
    this.#connection.prepare('DELETE FROM chunks WHERE upload = ? AND number >= ?').run(upload, index);
  }

  clear(upload: number): void {
    this.#connection.prepare('DELETE FROM chunks WHERE upload = ?').run(upload);
  }

  /** Counts a chunk request; `hour`: hours since 1970 UTC. What is older than a day is forgotten, and what a clock ran ahead. */
  countRequest(targetId: TargetId, hour: number): void {
    this.#connection
      .prepare(
        `INSERT INTO requests (target_id, hour, count) VALUES (?, ?, 1)
         ON CONFLICT (target_id, hour) DO UPDATE SET count = count + 1`,
      )
      .run(targetId, hour);
    this.#connection
      .prepare('DELETE FROM requests WHERE target_id = ? AND hour NOT BETWEEN ? AND ?')
      .run(targetId, hour - 24, hour + 1);
  }

  /** Chunk requests of the hours from `first` to `last`; later ones were counted by a clock that ran ahead. */
  requestsIn(targetId: TargetId, first: number, last: number): number {
    const row = this.#connection
      .prepare<[string, number, number], { count: number | null }>(
        'SELECT sum(count) AS count FROM requests WHERE target_id = ? AND hour BETWEEN ? AND ?',
      )
      .get(targetId, first, last);
    return row?.count ?? 0;
  }

  #one(where: string, ...values: readonly unknown[]): CutChunk | undefined {
    const row = this.#connection.prepare<unknown[], ChunkRow>(`SELECT * FROM chunks WHERE ${where}`).get(...values);
    return row && toChunk(row);
  }

  #many(where: string, ...values: readonly unknown[]): CutChunk[] {
    return this.#connection
      .prepare<unknown[], ChunkRow>(`SELECT * FROM chunks WHERE ${where}`)
      .all(...values)
      .map(toChunk);
  }
}
