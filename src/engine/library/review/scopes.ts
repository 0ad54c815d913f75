import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import type { Entry } from './entry.ts';
import { Pace } from './pace.ts';
import { lowerBound, type RecordingIndex, upperBound } from './recordingIndex.ts';
import { TextSearch, wordsOf } from './textSearch.ts';

/** The recordings that a filter means. */
export interface Scope {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** By ordinal: 1 is meant. */
  readonly mask: Uint8Array;
  /** Recordings that there are. */
  readonly total: number;
}

/** Filters whose answers are kept. */
const KEPT = 8;
/** Recordings that are tested between two looks at the clock. */
const STEP = 512;

/** Tells which recordings a filter means. */
export class Scopes {
  readonly #index: RecordingIndex;
  readonly #text: TextSearch;
  readonly #sql: ReturnType<typeof statements>;
  readonly #kept = new Map<string, { readonly at: string; readonly scope: Scope }>();
  readonly #withGaps = new Map<string, { readonly at: string; readonly ids: ReadonlySet<string> }>();
  readonly #words: () => number;

  /** `words` changes whenever a text does that is not one of a recording; `titles` when it is one that was on air. */
  constructor(connection: Connection, index: RecordingIndex, words: () => number, titles: () => number) {
    this.#index = index;
    this.#text = new TextSearch(connection, index, titles);
    this.#sql = statements(connection);
    this.#words = words;
  }

  /** What {@link of} answers is the same as long as this is. */
  stateFor(filter: LibraryFilter): string {
    return `${this.#index.generation} ${filter.text === undefined ? 0 : this.#words()}`;
  }

  /** The index must be up to date. */
  async of(filter: LibraryFilter): Promise<Scope> {
    const key = JSON.stringify(filter);
    const at = this.stateFor(filter);
    const known = this.#kept.get(key);
    if (known?.at === at) return known.scope;
    const scope = await this.#find(filter);
    this.#kept.delete(key);
    this.#kept.set(key, { at, scope });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return scope;
  }

  async #find(filter: LibraryFilter): Promise<Scope> {
    const isMeant = await this.#test(filter);
    const { order, size } = this.#index;
    const mask = new Uint8Array(size);
    const entries: Entry[] = [];
    const pace = new Pace();
    const { first, end } = rangeOf(order, filter);
    for (let at = first; at < end; at += 1) {
      const entry = order[at];
      if (entry?.isPresent === true && isMeant(entry)) {
        entries.push(entry);
        mask[entry.ordinal] = 1;
      }
      if (at % STEP === 0 && pace.isOver()) await pace.rest();
    }
    return { entries, mask, total: order.length };
  }

  async #test(filter: LibraryFilter): Promise<(entry: Entry) => boolean> {
    const { fromDay, toDay, sourceIds, hasSections, longerThanSeconds, withGaps } = filter;
    const tests: ((entry: Entry) => boolean)[] = [];
    if (fromDay !== undefined) tests.push(({ day }) => day >= fromDay);
    if (toDay !== undefined) tests.push(({ day }) => day <= toDay);
    if (sourceIds !== undefined) {
      const wanted = new Set<string>(sourceIds);
      tests.push(({ sourceId }) => wanted.has(sourceId));
    }
    if (hasSections !== undefined) tests.push(({ sections }) => sections > 0 === hasSections);
    if (longerThanSeconds !== undefined) tests.push(({ durationMs }) => durationMs > longerThanSeconds * 1000);
    if (withGaps !== undefined) {
      const found = await this.#allWithGaps();
      tests.push(({ sourceId, id }) => (found.get(sourceId)?.has(id) === true) === withGaps);
    }
    tests.push(...(await this.#text.prepare(wordsOf(filter.text))));
    return (entry) => tests.every((test) => test(entry));
  }

  /** Ids of the recordings between whose start and the next one's their source has a gap, by source. */
  async #allWithGaps(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    const pace = new Pace();
    for (const [sourceId, list] of this.#index.bySource) {
      const at = `${this.#index.gapGeneration(sourceId)} ${this.#index.placeGeneration}`;
      const known = this.#withGaps.get(sourceId);
      const ids = known?.at === at ? known.ids : this.#ofSource(sourceId, list);
      this.#withGaps.set(sourceId, { at, ids });
      found.set(sourceId, ids);
      if (pace.isOver()) await pace.rest();
    }
    return found;
  }

  #ofSource(sourceId: string, list: readonly Entry[]): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { from } of attempt(() => this.#sql.gaps.all(sourceId))) {
      const entry = list[upperBound(list, from) - 1];
      if (entry) ids.add(entry.id);
    }
    return ids;
  }
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
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return { gaps: query<[string], { from: number }>('SELECT began_at AS "from" FROM gaps WHERE source_id = ?') };
}
