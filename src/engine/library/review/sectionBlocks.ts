import { type Verdict, verdictSchema } from '../../../shared/domain/section.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Connection } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { WINDOW_MS } from '../sectionStore.ts';
import type { Entry } from './entry.ts';
import { Pace } from './pace.ts';
import type { Place, RecordingIndex } from './recordingIndex.ts';

/** A block holds the sections that begin on one day, UTC. */
export const BLOCK_MS = 86_400_000;
/** Sections that are kept in memory at most, about 40 bytes each; what was not used for the longest time goes first. */
const MOST_SECTIONS = 3_000_000;

/** More than any recording lasts: a file may say anything of its length. */
const MOST_DAYS = 4000;

/** Numbers of the days, UTC, between two instants, both inclusive. */
export function* daysBetween(from: number, to: number): Generator<number> {
  const first = Math.floor(from / BLOCK_MS);
  const last = Math.min(Math.floor(to / BLOCK_MS), first + MOST_DAYS);
  for (let number = first; number <= last; number += 1) yield number;
}

/** Numbers that verdicts are kept as; 0 is none. */
const VERDICTS = verdictSchema.options;

/** Sections in order of time, one column per field. */
export interface Block {
  readonly length: number;
  /** ms since 1970 UTC. */
  readonly from: Float64Array;
  /** Exclusive. */
  readonly to: Float64Array;
  readonly score: Float64Array;
  /** Ordinal of the recording. */
  readonly owner: Int32Array;
  /** First window. */
  readonly first: Int32Array;
  /** See {@link verdictOf}. */
  readonly verdict: Uint8Array;
  /** 1: it begins with a recording that follows the one before without a gap. */
  readonly joins: Uint8Array;
}

/** The number of {@link Block.verdict}. */
export const codeOf = (verdict: Verdict): number => VERDICTS.indexOf(verdict) + 1;
export const verdictOf = (code: number): Verdict | undefined => VERDICTS[code - 1];

interface Held {
  block: Block;
  /** Recordings whose sections are not as they were. */
  readonly stale: Set<number>;
  loading: Promise<void> | undefined;
}

/** The sections of the library by day, loaded when they are needed. */
export class SectionBlocks {
  readonly #connection: Connection;
  readonly #index: () => RecordingIndex;
  readonly #sql: ReturnType<typeof statements>;
  /** By number of the day, in the order of their last use. */
  readonly #held = new Map<number, Held>();
  /** By number of the day: how often something on it changed. */
  readonly #versions = new Map<number, number>();
  #sections = 0;

  constructor(connection: Connection, index: () => RecordingIndex) {
    this.#connection = connection;
    this.#index = index;
    this.#sql = statements(connection);
  }

  /** Takes note that a recording is not as it was. */
  changed(entry: Entry, before: Place | undefined): void {
    const from = Math.min(before?.from ?? Infinity, entry.startedAt);
    const to = Math.max(before?.to ?? 0, entry.reachesTo);
    for (const number of daysBetween(from, to)) {
      this.#versions.set(number, this.version(number) + 1);
      this.#held.get(number)?.stale.add(entry.ordinal);
    }
  }

  /** Another number than before: a block that is asked for from now on may be another one. */
  version(number: number): number {
    return this.#versions.get(number) ?? 0;
  }

  /** The sections that begin on day `number` since 1970, UTC. A block is never changed: another one takes its place. */
  async get(number: number): Promise<Block> {
    const held = this.#held.get(number) ?? { block: EMPTY, stale: new Set(), loading: undefined };
    if (!this.#held.has(number)) held.loading = this.#load(number, held);
    // Used last.
    this.#held.delete(number);
    this.#held.set(number, held);
    try {
      while (held.loading) await held.loading;
      if (held.stale.size > 0) {
        held.loading = this.#renew(number, held);
        await held.loading;
      }
    } catch (error) {
      if (this.#held.get(number) === held) this.#held.delete(number);
      throw error;
    }
    return held.block;
  }

  get isFull(): boolean {
    return this.#sections >= MOST_SECTIONS;
  }

  async #load(number: number, held: Held): Promise<void> {
    const index = this.#index();
    const from = number * BLOCK_MS;
    const rows = await this.#read(index.within(index.order, from, from + BLOCK_MS), from);
    this.#put(held, rows);
    held.loading = undefined;
  }

  async #renew(number: number, held: Held): Promise<void> {
    const index = this.#index();
    const from = number * BLOCK_MS;
    const stale = new Set(held.stale);
    held.stale.clear();
    const entries = [...stale].flatMap((ordinal) => {
      const entry = index.entry(ordinal);
      return entry?.isPresent === true && entry.startedAt < from + BLOCK_MS ? [entry] : [];
    });
    const rows = await this.#read(entries, from);
    const { block } = held;
    for (let at = 0; at < block.length; at += 1) {
      const owner = block.owner[at] ?? 0;
      if (!stale.has(owner)) rows.push(rowOf(block, at));
    }
    this.#put(held, rows);
    held.loading = undefined;
  }

  #put(held: Held, rows: Row[]): void {
    this.#sections -= held.block.length;
    held.block = toBlock(rows);
    this.#sections += held.block.length;
    for (const [number, other] of this.#held) {
      if (this.#sections <= MOST_SECTIONS) return;
      if (other === held || other.loading) continue;
      this.#held.delete(number);
      this.#sections -= other.block.length;
    }
  }

  async #read(entries: readonly Entry[], from: number): Promise<Row[]> {
    const rows: Row[] = [];
    const pace = new Pace();
    for (const entry of entries) {
      if (entry.sections === 0 || entry.detection === undefined) continue;
      attempt(() => this.#readOne(entry, from, rows));
      if (!pace.isOver()) continue;
      await pace.rest();
      if (!this.#connection.open) throw new LongtakeError('CANCELLED', 'The library was closed.');
    }
    return rows;
  }

  #readOne(entry: Entry, from: number, rows: Row[]): void {
    const { startedAt, ordinal, endsAt, detection = -1 } = entry;
    const lowest = Math.ceil((from - startedAt) / WINDOW_MS);
    const highest = Math.ceil((from + BLOCK_MS - startedAt) / WINDOW_MS);
    const marks = entry.reviewed > 0 ? this.#sql.verdicts.all(entry.sourceId, startedAt, entry.reachesTo) : [];
    for (const [first, ending, peak, score] of this.#sql.sections.all(detection, lowest, highest)) {
      const begin = startedAt + first * WINDOW_MS;
      const full = startedAt + ending * WINDOW_MS;
      const to = entry.state === 'recording' ? full : Math.min(full, Math.max(endsAt, full - WINDOW_MS / 2));
      const verdict = marks.length === 0 ? 0 : nearest(marks, begin, full, startedAt + peak * WINDOW_MS);
      const joins = first === 0 && entry.isGapless ? 1 : 0;
      rows.push({ from: begin, to, score, owner: ordinal, first, verdict, joins });
    }
  }
}

interface Row {
  readonly from: number;
  readonly to: number;
  readonly score: number;
  readonly owner: number;
  readonly first: number;
  readonly verdict: number;
  readonly joins: number;
}

/** Number of the verdict that is nearest to the peak, of those within a section. */
function nearest(marks: readonly [number, string][], from: number, to: number, peakAt: number): number {
  let best = 0;
  let distance = Infinity;
  for (const [at, verdict] of marks) {
    if (at < from || at >= to || Math.abs(at - peakAt) >= distance) continue;
    distance = Math.abs(at - peakAt);
    best = codeOf(verdictSchema.parse(verdict));
  }
  return best;
}

function rowOf(block: Block, at: number): Row {
  return {
    from: block.from[at] ?? 0,
    to: block.to[at] ?? 0,
    score: block.score[at] ?? 0,
    owner: block.owner[at] ?? 0,
    first: block.first[at] ?? 0,
    verdict: block.verdict[at] ?? 0,
    joins: block.joins[at] ?? 0,
  };
}

function toBlock(rows: Row[]): Block {
  const { length } = rows;
  rows.sort((a, b) => a.from - b.from || a.owner - b.owner);
  const block = {
    length,
    from: new Float64Array(length),
    to: new Float64Array(length),
    score: new Float64Array(length),
    owner: new Int32Array(length),
    first: new Int32Array(length),
    verdict: new Uint8Array(length),
    joins: new Uint8Array(length),
  };
  rows.forEach((row, at) => {
    block.from[at] = row.from;
    block.to[at] = row.to;
    block.score[at] = row.score;
    block.owner[at] = row.owner;
    block.first[at] = row.first;
    block.verdict[at] = row.verdict;
    block.joins[at] = row.joins;
  });
  return block;
}

const EMPTY = toBlock([]);

function statements(db: Connection) {
  return {
    sections: db
      .prepare<[number, number, number], [number, number, number, number]>(
        'SELECT first, ending, peak, score FROM sections WHERE detection = ? AND first >= ? AND first < ? ORDER BY first',
      )
      .raw(true),
    verdicts: db
      .prepare<[string, number, number], [number, string]>(`
        SELECT peak_at, verdict FROM verdicts
        WHERE source_id = ? AND peak_at >= ? AND peak_at < ? AND verdict IS NOT NULL ORDER BY peak_at`)
      .raw(true),
  };
}
