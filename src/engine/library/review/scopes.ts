import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Connection } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { compareEntries, type Entry } from './entry.ts';
import { lowerBound, reordered, upperBound } from './entryOrder.ts';
import { Pace } from './pace.ts';
import { GAPS_CHANGED, type RecordingIndex } from './recordingIndex.ts';
import { BLOCK_MS, daysBetween } from './sectionBlocks.ts';
import { TextSearch, wordsOf } from './textSearch.ts';

/** The recordings that a filter means. */
export interface Scope {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** By ordinal: 1 is meant. */
  readonly mask: Uint8Array;
  /** Days since 1970, UTC, in order: on no other ones their sections begin. */
  readonly days: readonly number[];
  hasDay(day: number): boolean;
  /** Recordings that there are. */
  readonly total: number;
}

type Test = (entry: Entry) => boolean;

/** When something was looked at. */
interface State {
  readonly generation: number;
  readonly places: number;
  /** 0 where texts do not matter. */
  readonly words: number;
}

interface Kept {
  readonly state: State;
  readonly scope: Scope;
}

/** Filters whose answers are kept. */
const KEPT = 8;
/** Recordings that are tested between two looks at the clock. */
const STEP = 512;
/** With more changes everything is tested again. */
const MOST_CHANGES = 500;

/** Tells which recordings a filter means. */
export class Scopes {
  readonly #index: RecordingIndex;
  readonly #text: TextSearch;
  readonly #sql: ReturnType<typeof statements>;
  readonly #kept = new Map<string, Kept>();
  readonly #withGaps = new Map<string, { readonly at: string; readonly ordinals: readonly number[] }>();
  readonly #words: () => number;

  /** `words` changes whenever a text does that is not one of a recording; `titles` when it is one that was on air. */
  constructor(connection: Connection, index: RecordingIndex, words: () => number, titles: () => number) {
    this.#index = index;
    this.#text = new TextSearch(connection, index, words, titles);
    this.#sql = statements(connection);
    this.#words = words;
  }

  /** What {@link of} answers is the same as long as this is. */
  stateFor(filter: LibraryFilter): string {
    const { generation, words } = this.#stateOf(filter);
    return `${generation} ${words}`;
  }

  /** The index must be up to date. */
  async of(filter: LibraryFilter): Promise<Scope> {
    const key = JSON.stringify(filter);
    const state = this.#stateOf(filter);
    const known = this.#kept.get(key);
    if (known?.state.generation === state.generation && known.state.words === state.words) return known.scope;
    const scope = (known && (await this.#follow(known, state, filter))) ?? (await this.#find(filter));
    this.#kept.delete(key);
    this.#kept.set(key, { state, scope });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return scope;
  }

  #stateOf({ text }: LibraryFilter): State {
    const { generation, placeGeneration } = this.#index;
    return { generation, places: placeGeneration, words: text === undefined ? 0 : this.#words() };
  }

  async #find(filter: LibraryFilter): Promise<Scope> {
    const tests = await this.#tests(filter);
    const { order, size } = this.#index;
    const candidates = this.#candidates(filter);
    const mask = new Uint8Array(size);
    const entries: Entry[] = [];
    const days = new Set<number>();
    const pace = new Pace();
    let lastDay = -Infinity;
    const { first, end } = rangeOf(candidates, filter);
    for (let at = first; at < end; at += 1) {
      const entry = candidates[at];
      if (entry && isMeant(entry, tests)) {
        entries.push(entry);
        mask[entry.ordinal] = 1;
        // They come in order: most are on the day of the one before.
        if (!isWithin(entry, lastDay)) lastDay = addDays(days, entry) ?? lastDay;
      }
      if (at % STEP === 0 && pace.isOver()) await pace.rest();
    }
    return scopeOf(entries, mask, days, order.length);
  }

  /** In order of time; all, or those of a few sources. */
  #candidates({ sourceIds }: LibraryFilter): readonly Entry[] {
    const { order, bySource } = this.#index;
    if (sourceIds === undefined) return order;
    const lists = [...new Set(sourceIds)].map((id) => bySource.get(id) ?? []);
    if (lists.length === 1) return lists[0] ?? [];
    const count = lists.reduce((sum, { length }) => sum + length, 0);
    // Lists that are in order are put together in about as much time as looking at four times as many takes.
    return count * 4 > order.length ? order : lists.flat().sort(compareEntries);
  }

  /** Tests what changed since alone; undefined when that is not enough. */
  async #follow({ state, scope }: Kept, now: State, filter: LibraryFilter): Promise<Scope | undefined> {
    const changed = this.#index.changedSince(state.generation);
    if (!changed || changed.length > MOST_CHANGES || state.words !== now.words) return undefined;
    const isMoved = state.places !== now.places;
    // Which recording a gap belongs to depends on where the others are.
    if (filter.withGaps !== undefined && (isMoved || changed.includes(GAPS_CHANGED))) return undefined;
    const tests = await this.#tests(filter);
    const { order, size } = this.#index;
    const days = new Set(scope.days);
    const mask = new Uint8Array(size);
    mask.set(scope.mask);
    const gone = new Set<Entry>();
    const come: Entry[] = [];
    for (const ordinal of new Set(changed)) {
      const entry = this.#index.entry(ordinal);
      if (!entry) continue;
      const isNow = isMeant(entry, tests);
      if (mask[ordinal] === 1 && (isMoved || !isNow)) gone.add(entry);
      if (isNow && (isMoved || mask[ordinal] !== 1)) come.push(entry);
      mask[ordinal] = isNow ? 1 : 0;
      if (isNow) addDays(days, entry);
    }
    if (gone.size + come.length === 0) return scopeOf(scope.entries, scope.mask, days, order.length);
    return scopeOf(reordered(scope.entries, gone, come), mask, days, order.length);
  }

  /** What costs least comes first. */
  async #tests(filter: LibraryFilter): Promise<readonly Test[]> {
    const { fromDay, toDay, sourceIds, hasSections, longerThanSeconds, withGaps } = filter;
    const tests: Test[] = [];
    if (hasSections !== undefined) tests.push(({ sections }) => sections > 0 === hasSections);
    if (longerThanSeconds !== undefined) tests.push(({ durationMs }) => durationMs > longerThanSeconds * 1000);
    if (withGaps !== undefined) {
      const mask = await this.#gapMask();
      tests.push(({ ordinal }) => (mask[ordinal] === 1) === withGaps);
    }
    if (sourceIds !== undefined) {
      const wanted = new Set<string>(sourceIds);
      tests.push(({ sourceId }) => wanted.has(sourceId));
    }
    if (fromDay !== undefined) tests.push(({ day }) => day >= fromDay);
    if (toDay !== undefined) tests.push(({ day }) => day <= toDay);
    tests.push(...(await this.#text.prepare(wordsOf(filter.text))));
    return tests;
  }

  /** By ordinal: 1 for the recordings between whose start and the next one's their source has a gap. */
  async #gapMask(): Promise<Uint8Array> {
    const mask = new Uint8Array(this.#index.size);
    const pace = new Pace();
    for (const [sourceId, list] of this.#index.bySource) {
      const at = `${this.#index.gapGeneration(sourceId)} ${this.#index.placeGeneration}`;
      const known = this.#withGaps.get(sourceId);
      const ordinals = known?.at === at ? known.ordinals : this.#ofSource(sourceId, list);
      this.#withGaps.set(sourceId, { at, ordinals });
      for (const ordinal of ordinals) mask[ordinal] = 1;
      if (pace.isOver()) await pace.rest();
    }
    return mask;
  }

  #ofSource(sourceId: string, list: readonly Entry[]): readonly number[] {
    const ordinals = new Set<number>();
    for (const [from] of attempt(() => this.#sql.gaps.all(sourceId))) {
      const entry = list[upperBound(list, from) - 1];
      if (entry) ordinals.add(entry.ordinal);
    }
    return [...ordinals];
  }
}

function isMeant(entry: Entry, tests: readonly Test[]): boolean {
  if (!entry.isPresent) return false;
  for (const test of tests) if (!test(entry)) return false;
  return true;
}

const isWithin = ({ startedAt, reachesTo }: Entry, day: number): boolean =>
  startedAt >= day * BLOCK_MS && reachesTo < (day + 1) * BLOCK_MS;

/** Adds the days on which sections of a recording may begin; returns the last one. */
function addDays(days: Set<number>, { sections, startedAt, reachesTo }: Entry): number | undefined {
  let last: number | undefined;
  if (sections > 0) {
    for (const day of daysBetween(startedAt, reachesTo)) {
      days.add(day);
      last = day;
    }
  }
  return last;
}

function scopeOf(entries: readonly Entry[], mask: Uint8Array, days: ReadonlySet<number>, total: number): Scope {
  return { entries, mask, days: [...days].sort((a, b) => a - b), hasDay: (day) => days.has(day), total };
}

/** How far local time may be from UTC; also the length of a day. */
const MOST_OFFSET_MS = 86_400_000;

/** Recordings of the days that the filter means lie in here, with some others. */
function rangeOf(order: readonly Entry[], { fromDay, toDay }: LibraryFilter) {
  const from = Date.parse(fromDay ?? '');
  const to = Date.parse(toDay ?? '');
  // What looks like a day and is none has no instant: then every day is compared.
  return {
    first: Number.isNaN(from) ? 0 : lowerBound(order, from - MOST_OFFSET_MS),
    end: Number.isNaN(to) ? order.length : lowerBound(order, to + 2 * MOST_OFFSET_MS + 1),
  };
}

function statements(db: Connection) {
  return {
    gaps: db.prepare<[string], readonly [from: number]>('SELECT began_at FROM gaps WHERE source_id = ?').raw(true),
  };
}
