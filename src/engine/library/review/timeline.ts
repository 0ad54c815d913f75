import type { Lane } from '../../../shared/contract/review.ts';
import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import { gapCauseSchema, recordingStateSchema } from '../../../shared/domain/recording.ts';
import { type RecordingId, type SectionId, sourceId } from '../../../shared/units.ts';
import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { Pace } from './pace.ts';
import type { Entry } from './entry.ts';
import type { RecordingIndex } from './recordingIndex.ts';
import type { Scope } from './scopes.ts';
import { BLOCK_MS, type SectionBlocks, verdictOf } from './sectionBlocks.ts';

export interface TimelineOptions {
  /** ms since 1970 UTC. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Absent: everything. */
  readonly filter: LibraryFilter | undefined;
  /** ms. */
  readonly resolutionMs: number;
  /** Until then goes what is not over; ms since 1970 UTC. */
  readonly now: number;
}

/** Sections, extents and gaps, each, that all lanes together may have, about. */
const MOST_ITEMS = 24_000;
/** A lane has at least so many columns. */
const FEWEST_COLUMNS = 100;
const STEP = 512;

type Extent = Lane['extents'][number];
type Mark = Lane['sections'][number];
type Hole = Lane['gaps'][number];

/** Something that lasts. */
interface Stretch {
  from: number;
  to: number;
}

/** Draws the lanes of a timeline. */
export class Timeline {
  readonly #index: RecordingIndex;
  readonly #blocks: SectionBlocks;
  readonly #sql: ReturnType<typeof statements>;

  constructor(connection: Connection, index: RecordingIndex, blocks: SectionBlocks) {
    this.#index = index;
    this.#blocks = blocks;
    this.#sql = statements(connection);
  }

  /** The index must be up to date. Lanes of sources that have something there, by name; `scope` is that of the filter. */
  async lanes(options: TimelineOptions, scope: Scope | undefined): Promise<readonly Lane[]> {
    const { from, to, now } = options;
    const isMeant = ({ ordinal }: Entry): boolean => scope === undefined || scope.mask[ordinal] === 1;
    const names = new Map(attempt(() => this.#sql.sources.all()).map(({ id, name }) => [id, name]));
    const found = [...names.keys()].flatMap((id) => {
      const entries = this.#index.within(this.#index.bySource.get(id) ?? [], from, to).filter(isMeant);
      if (scope !== undefined && entries.length === 0) return [];
      const gaps = attempt(() => this.#sql.gaps.all(id, from, to, id, from));
      const within = gaps.filter((gap) => gap.from < to && (gap.to ?? Infinity) > from);
      if (entries.length === 0 && within.length === 0) return [];
      return [{ id, name: names.get(id) ?? entries[0]?.sourceName ?? '', entries, gaps: within }];
    });
    found.sort((a, b) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1));
    const columns = Math.max(FEWEST_COLUMNS, Math.floor(MOST_ITEMS / Math.max(1, found.length)));
    const column = Math.max(options.resolutionMs, (to - from) / columns);
    const sections = await this.#sections(options, new Set(found.map(({ id }) => id)), column, isMeant);
    return found.map(({ id, name, entries, gaps }) => ({
      sourceId: sourceId(id),
      sourceName: name,
      extents: thinned(
        entries.map((entry) => toExtent(entry, now)),
        column,
        joinExtents,
      ),
      gaps: thinned(
        gaps.flatMap((gap) => toHole(gap, now)),
        column,
        joinHoles,
      ),
      sections: sections.get(id) ?? [],
    }));
  }

  async #sections(
    { from, to }: TimelineOptions,
    wanted: ReadonlySet<string>,
    column: number,
    isMeant: (entry: Entry) => boolean,
  ): Promise<ReadonlyMap<string, Mark[]>> {
    const found = new Map<string, Thinner<Mark>>();
    const pace = new Pace();
    for (const day of this.#days(from, to)) {
      const block = await this.#blocks.get(day);
      for (let at = 0; at < block.length; at += 1) {
        if (at % STEP === 0 && pace.isOver()) await pace.rest();
        const begin = block.from[at] ?? 0;
        const end = block.to[at] ?? 0;
        if (end <= from || begin >= to) continue;
        const entry = this.#index.entry(block.owner[at] ?? -1);
        if (!entry?.isPresent || !wanted.has(entry.sourceId) || !isMeant(entry)) continue;
        const thinner = found.get(entry.sourceId) ?? new Thinner<Mark>(column, joinMarks);
        found.set(entry.sourceId, thinner);
        const score = block.score[at] ?? 0;
        const verdict = verdictOf(block.verdict[at] ?? 0);
        thinner.add(begin, end, () => ({
          id: `${entry.id}:${block.first[at] ?? 0}` as SectionId,
          from: begin,
          to: end,
          score,
          ...(verdict === undefined ? {} : { verdict }),
        }));
      }
    }
    return new Map([...found].map(([id, thinner]) => [id, thinner.items]));
  }

  /** Days since 1970, UTC, on which a section between two instants may begin. */
  #days(from: number, to: number): readonly number[] {
    const days = new Set<number>();
    for (const entry of this.#index.within(this.#index.order, from, to)) {
      if (entry.sections === 0) continue;
      const first = Math.floor(entry.startedAt / BLOCK_MS);
      const last = Math.floor(Math.min(to, Math.max(entry.reachesTo, entry.startedAt)) / BLOCK_MS);
      for (let day = first; day <= last; day += 1) days.add(day);
    }
    return [...days].sort((a, b) => a - b);
  }
}

/** Makes one of what begins in the same column, which covers all of it; what comes is in order of its beginning. */
class Thinner<Item extends Stretch> {
  readonly items: Item[] = [];
  readonly #column: number;
  readonly #join: (kept: Item, other: Item) => Item;

  constructor(column: number, join: (kept: Item, other: Item) => Item) {
    this.#column = column;
    this.#join = join;
  }

  add(from: number, to: number, make: () => Item): void {
    const last = this.items.at(-1);
    if (!last || Math.floor(last.from / this.#column) !== Math.floor(from / this.#column)) {
      this.items.push(make());
      return;
    }
    const joined = this.#join(last, make());
    this.items[this.items.length - 1] = { ...joined, from: last.from, to: Math.max(last.to, to) };
  }
}

function thinned<Item extends Stretch>(
  items: readonly Item[],
  column: number,
  join: (kept: Item, other: Item) => Item,
): Item[] {
  const thinner = new Thinner(column, join);
  for (const item of items) thinner.add(item.from, item.to, () => item);
  return thinner.items;
}

function toExtent(entry: Entry, now: number): Extent {
  const isOpen = entry.state === 'recording';
  return {
    recordingId: entry.id as RecordingId,
    from: entry.startedAt,
    to: isOpen ? Math.max(entry.reachesTo, now) : entry.reachesTo,
    state: recordingStateSchema.catch('damaged').parse(entry.state),
    analysed: entry.detection !== undefined && !entry.isLive,
  };
}

interface GapRow {
  readonly from: number;
  readonly to: number | null;
  readonly cause: string;
}

function toHole({ from, to, cause }: GapRow, now: number): readonly Hole[] {
  const known = gapCauseSchema.safeParse(cause);
  return known.success ? [{ from, to: to ?? Math.max(from, now), cause: known.data }] : [];
}

/** What needs a look comes first. */
const STATES = ['recording', 'damaged', 'repaired', 'complete'] as const satisfies readonly Extent['state'][];

/** It is the recording that lasts longest, with the state that matters most. */
function joinExtents(kept: Extent, other: Extent): Extent {
  const longest = other.to - other.from > kept.to - kept.from ? other : kept;
  const state = STATES.find((one) => kept.state === one || other.state === one) ?? kept.state;
  return { ...longest, state, analysed: kept.analysed && other.analysed };
}

function joinHoles(kept: Hole, other: Hole): Hole {
  return other.to - other.from > kept.to - kept.from ? other : kept;
}

function joinMarks(kept: Mark, other: Mark): Mark {
  return other.score > kept.score ? other : kept;
}

function compareNames(a: string, b: string): number {
  const one = a.toLowerCase();
  const other = b.toLowerCase();
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    sources: query<[], { id: string; name: string }>('SELECT id, name FROM sources'),
    /** Gaps of a source do not overlap, but for one that a crash left: those that began last reach furthest. */
    gaps: query<[string, number, number, string, number], GapRow>(`
      SELECT began_at AS "from", ended_at AS "to", cause FROM gaps WHERE source_id = ? AND began_at >= ? AND began_at < ?
      UNION ALL
      SELECT * FROM (SELECT began_at, ended_at, cause FROM gaps WHERE source_id = ? AND began_at < ?
        ORDER BY began_at DESC LIMIT 8)
      ORDER BY 1`),
  };
}
