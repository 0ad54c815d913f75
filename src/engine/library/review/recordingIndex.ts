import { MAX_SPLIT_SECONDS } from '../../../shared/domain/settings.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { WINDOW_MS } from '../sectionStore.ts';
import { compareEntries, type Entry, ENTRY_SELECT, type EntryRow, fillEntry, newEntry } from './entry.ts';
import { Pace } from './pace.ts';

/** Totals of the sections of a day's recordings. */
export interface SectionTotals {
  sections: number;
  reviewed: number;
}

/** Where a recording was, before it changed. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

const PAGE = 200;
const LONGEST_SPLIT_MS = MAX_SPLIT_SECONDS * 1000;

/**
 * All recordings in memory, in order of time, so that any filter over 100,000 of them is answered at once. It is loaded
 * when it is first asked for, and follows the tables by what they note as changed.
 */
export class RecordingIndex {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof statements>;
  readonly #onChange: (entry: Entry, before: Place | undefined) => void;
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();
  #order: readonly Entry[] = [];
  #bySource: ReadonlyMap<string, readonly Entry[]> | undefined;
  readonly #days = new Map<string, SectionTotals>();
  #longestMs = 0;
  #generation = 0;
  #placeGeneration = 0;
  readonly #gapGenerations = new Map<string, number>();
  #isLoaded = false;
  #work: Promise<void> | undefined;

  constructor(connection: Connection, onChange: (entry: Entry, before: Place | undefined) => void) {
    this.#connection = connection;
    this.#sql = statements(connection);
    this.#onChange = onChange;
  }

  /** Brings it up to date. Everything else is then as the tables were at some moment since the call. */
  async refresh(): Promise<void> {
    // Whoever asks while it is being brought up to date may mean a later change.
    while (this.#work) await this.#work;
    if (this.#isLoaded && attempt(() => this.#sql.anyChange.get()) === undefined) return;
    this.#work = (this.#isLoaded ? this.#follow() : this.#load()).finally(() => {
      this.#work = undefined;
    });
    await this.#work;
  }

  /** Another number than before: something is not as it was. */
  get generation(): number {
    return this.#generation;
  }

  /** The same for where recordings are, and which there are. */
  get placeGeneration(): number {
    return this.#placeGeneration;
  }

  /** The same for the gaps of one source. */
  gapGeneration(sourceId: string): number {
    return this.#gapGenerations.get(sourceId) ?? 0;
  }

  /** Oldest first. The array is replaced when it changes. */
  get order(): readonly Entry[] {
    return this.#order;
  }

  /** How many entries there are, with those whose recordings are gone. */
  get size(): number {
    return this.#entries.length;
  }

  entry(ordinal: number): Entry | undefined {
    return this.#entries[ordinal];
  }

  byId(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Of each source, oldest first. */
  get bySource(): ReadonlyMap<string, readonly Entry[]> {
    if (this.#bySource) return this.#bySource;
    const lists = new Map<string, Entry[]>();
    for (const entry of this.#order) {
      const list = lists.get(entry.sourceId);
      if (list) list.push(entry);
      else lists.set(entry.sourceId, [entry]);
    }
    this.#bySource = lists;
    return lists;
  }

  /** Totals of the recordings of a day. */
  totals(day: string): SectionTotals {
    return this.#days.get(day) ?? { sections: 0, reviewed: 0 };
  }

  /** Recordings of `list` (oldest first) that have something between two instants, oldest first. */
  within(list: readonly Entry[], from: number, to: number): readonly Entry[] {
    const end = lowerBound(list, to);
    const found: Entry[] = [];
    for (let index = lowerBound(list, from - this.#longestMs); index < end; index += 1) {
      const entry = list[index];
      if (!entry) continue;
      // Of one that is being made it is not known yet how far it goes.
      if (entry.reachesTo > from || entry.startedAt >= from || entry.state === 'recording') found.push(entry);
    }
    return found;
  }

  async #load(): Promise<void> {
    const pace = new Pace();
    const order: Entry[] = [];
    /** Those that began together are put in order when all of them are there. */
    let together: Entry[] = [];
    for (let at = -1, id = ''; ;) {
      const rows = attempt(() => this.#sql.page.all(at, id, PAGE));
      const last = rows.at(-1);
      if (!last) break;
      for (const row of rows) {
        const entry = this.#make(row.id);
        fillEntry(entry, row);
        this.#count(entry, 1);
        if (together[0] && together[0].startedAt !== entry.startedAt) {
          order.push(...together.sort(compareEntries));
          together = [];
        }
        together.push(entry);
      }
      at = last.started_at;
      id = last.id;
      if (pace.isOver()) await this.#rest(pace);
    }
    order.push(...together.sort(compareEntries));
    this.#order = order;
    this.#bySource = undefined;
    this.#generation += 1;
    this.#isLoaded = true;
    await this.#follow();
  }

  async #follow(): Promise<void> {
    const moved = new Set<Entry>();
    try {
      await this.#lookAtChanged(moved);
    } finally {
      if (moved.size > 0) this.#putInOrder(moved);
    }
    for (const { id } of attempt(() => this.#sql.changedGaps.all())) {
      attempt(() => this.#sql.forgetGaps.run(id));
      this.#gapGenerations.set(id, this.gapGeneration(id) + 1);
      this.#generation += 1;
    }
  }

  async #lookAtChanged(moved: Set<Entry>): Promise<void> {
    const pace = new Pace();
    // One transaction for as many as fit: each of them costs more than what is looked at.
    const slice = this.#connection.transaction((): boolean => {
      const ids = this.#sql.changed.all(PAGE);
      for (const { id } of ids) {
        this.#lookAgain(id, moved);
        if (pace.isOver()) return true;
      }
      return ids.length === PAGE;
    });
    while (attempt(slice)) if (pace.isOver()) await this.#rest(pace);
  }

  async #rest(pace: Pace): Promise<void> {
    await pace.rest();
    if (!this.#connection.open) throw new LongtakeError('CANCELLED', 'The library was closed.');
  }

  #lookAgain(id: string, moved: Set<Entry>): void {
    const row = this.#counted(id);
    const entry = this.#byId.get(id) ?? (row && this.#make(id));
    if (!entry) return;
    const before = entry.isPresent ? { from: entry.startedAt, to: entry.reachesTo } : undefined;
    const { sourceId } = entry;
    if (before) this.#count(entry, -1);
    if (row) {
      fillEntry(entry, row);
      this.#count(entry, 1);
    } else {
      entry.isPresent = false;
      entry.text = '';
      entry.foldedText = undefined;
    }
    const isSamePlace = before?.from === entry.startedAt && sourceId === entry.sourceId && row !== undefined;
    if (!isSamePlace) moved.add(entry);
    this.#generation += 1;
    this.#onChange(entry, before);
  }

  /** The row as it is, with how many of its sections have a verdict now. */
  #counted(id: string): EntryRow | undefined {
    const row = this.#sql.one.get(id);
    this.#sql.forget.run(id);
    if (!row || row.number === null) return row;
    const { reviewed } = this.#sql.reviewed.get(row.number, id) ?? { reviewed: 0 };
    if (reviewed !== row.reviewed) this.#sql.noteReviewed.run(reviewed, id);
    return { ...row, reviewed };
  }

  #make(id: string): Entry {
    const entry = newEntry(id, this.#entries.length);
    this.#entries.push(entry);
    this.#byId.set(id, entry);
    return entry;
  }

  #count(entry: Entry, sign: 1 | -1): void {
    if (sign > 0) {
      const longest = entry.state === 'recording' ? LONGEST_SPLIT_MS : entry.reachesTo - entry.startedAt;
      this.#longestMs = Math.max(this.#longestMs, longest);
    }
    const totals = this.#days.get(entry.day) ?? { sections: 0, reviewed: 0 };
    totals.sections += sign * entry.sections;
    totals.reviewed += sign * entry.reviewed;
    this.#days.set(entry.day, totals);
  }

  #putInOrder(moved: ReadonlySet<Entry>): void {
    const others = this.#order.filter((entry) => !moved.has(entry));
    const news = [...moved].filter((entry) => entry.isPresent).sort(compareEntries);
    const order: Entry[] = [];
    let next = 0;
    for (const entry of others) {
      for (let one = news[next]; one && compareEntries(one, entry) < 0; one = news[next]) {
        order.push(one);
        next += 1;
      }
      order.push(entry);
    }
    this.#order = [...order, ...news.slice(next)];
    this.#placeGeneration += 1;
    this.#bySource = undefined;
  }
}

/** Index of the first that began at `at` or later. */
export function lowerBound(list: readonly Entry[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.startedAt ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first that began after `at`. */
export function upperBound(list: readonly Entry[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.startedAt ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    page: query<[number, string, number], EntryRow>(
      `${ENTRY_SELECT} WHERE (started_at, recordings.id) > (?, ?) ORDER BY started_at, recordings.id LIMIT ?`,
    ),
    one: query<[string], EntryRow>(`${ENTRY_SELECT} WHERE recordings.id = ?`),
    anyChange: query<[], { 1: number }>(
      'SELECT 1 WHERE EXISTS (SELECT 1 FROM changed_recordings) OR EXISTS (SELECT 1 FROM changed_gaps)',
    ),
    changed: query<[number], { id: string }>('SELECT recording_id AS id FROM changed_recordings LIMIT ?'),
    forget: db.prepare<[string]>('DELETE FROM changed_recordings WHERE recording_id = ?'),
    changedGaps: query<[], { id: string }>('SELECT source_id AS id FROM changed_gaps'),
    forgetGaps: db.prepare<[string]>('DELETE FROM changed_gaps WHERE source_id = ?'),
    reviewed: query<[number, string], { reviewed: number }>(`
      SELECT count(*) AS reviewed FROM sections, recordings WHERE detection = ? AND recordings.id = ?
      AND EXISTS (
        SELECT 1 FROM verdicts WHERE verdicts.source_id = recordings.source_id AND verdict IS NOT NULL
        AND peak_at >= started_at + first * ${WINDOW_MS} AND peak_at < started_at + ending * ${WINDOW_MS})`),
    noteReviewed: db.prepare<[number, string]>('UPDATE detections SET reviewed = ? WHERE recording_id = ?'),
  };
}
