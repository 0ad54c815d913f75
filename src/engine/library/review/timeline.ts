import type { Lane } from '../../../shared/contract/review.ts';
import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import { gapCauseSchema } from '../../../shared/domain/recording.ts';
import { type RecordingId, type SectionId, sourceId } from '../../../shared/units.ts';
import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { Pace } from './pace.ts';
import type { Entry } from './entry.ts';
import type { RecordingIndex } from './recordingIndex.ts';
import type { Scope } from './scopes.ts';
import { daysBetween, type SectionBlocks, verdictOf } from './sectionBlocks.ts';

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

/** What a source has there. */
interface Found {
  readonly id: string;
  readonly name: string;
  /** In order of time. */
  readonly entries: readonly Entry[];
  readonly gaps: readonly GapRow[];
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
    const { from, to } = options;
    const pace = new Pace();
    const names = new Map(attempt(() => this.#sql.sources.all()).map(({ id, name }) => [id, name]));
    const found: Found[] = [];
    for (const [id, name] of names) {
      const all = this.#index.within(this.#index.bySource.get(id) ?? [], from, to);
      const entries = scope === undefined ? all : all.filter(({ ordinal }) => scope.mask[ordinal] === 1);
      if (pace.isOver()) await pace.rest();
      if (scope !== undefined && entries.length === 0) continue;
      const gaps = attempt(() => this.#sql.gaps.all(id, from, to, id, from));
      const within = gaps.filter((gap) => gap.from < to && (gap.to ?? Infinity) > from);
      if (entries.length > 0 || within.length > 0) found.push({ id, name, entries, gaps: within });
    }
    found.sort((a, b) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1));
    const columns = Math.max(FEWEST_COLUMNS, Math.floor(MOST_ITEMS / Math.max(1, found.length)));
    const column = Math.max(options.resolutionMs, (to - from) / columns);
    const sections = await this.#sections(options, found, column);
    const lanes: Lane[] = [];
    for (const [index, { id, name, entries, gaps }] of found.entries()) {
      lanes.push({
        sourceId: sourceId(id),
        sourceName: name,
        extents: await extentsOf(entries, column, options.now, pace),
        gaps: holesOf(gaps, column, options.now),
        sections: sections[index] ?? [],
      });
      if (pace.isOver()) await pace.rest();
    }
    return lanes;
  }

  /** Of each lane. */
  async #sections({ from, to }: TimelineOptions, lanes: readonly Found[], column: number): Promise<readonly Mark[][]> {
    const thinners = lanes.map(() => new Thinner<Mark>(column));
    /** By ordinal of the recording: number of its lane, from 1. */
    const laneOf = new Int32Array(this.#index.size);
    const days = new Set<number>();
    const pace = new Pace();
    for (const [index, { entries }] of lanes.entries()) {
      for (const entry of entries) {
        laneOf[entry.ordinal] = index + 1;
        if (entry.sections > 0) for (const day of daysBetween(entry.startedAt, lastOf(entry, to))) days.add(day);
      }
      if (pace.isOver()) await pace.rest();
    }
    for (const day of [...days].sort((a, b) => a - b)) {
      const block = await this.#blocks.get(day);
      for (let at = 0; at < block.length; at += 1) {
        if (at % STEP === 0 && pace.isOver()) await pace.rest();
        const begin = block.from[at] ?? 0;
        const end = block.to[at] ?? 0;
        if (end <= from || begin >= to) continue;
        const owner = block.owner[at] ?? -1;
        const thinner = thinners[(laneOf[owner] ?? 0) - 1];
        if (!thinner) continue;
        const kept = thinner.joined(begin, end);
        const score = block.score[at] ?? 0;
        if (kept && score <= kept.score) continue;
        const verdict = verdictOf(block.verdict[at] ?? 0);
        const mark = {
          id: `${this.#index.entry(owner)?.id ?? ''}:${block.first[at] ?? 0}` as SectionId,
          from: kept?.from ?? begin,
          to: kept?.to ?? end,
          score,
          ...(verdict === undefined ? {} : { verdict }),
        };
        if (kept) thinner.replaceLast(mark);
        else thinner.add(mark);
      }
    }
    return thinners.map(({ items }) => items);
  }
}

/** Sections that begin later are of no interest. */
const lastOf = ({ startedAt, reachesTo }: Entry, to: number): number => Math.min(to, Math.max(reachesTo, startedAt));

/** Makes one of what begins in the same column, which covers all of it; what comes is in order of its beginning. */
class Thinner<Item extends Stretch> {
  readonly items: Item[] = [];
  readonly #column: number;
  #number = Number.NaN;

  constructor(column: number) {
    this.#column = column;
  }

  /** The one that this is a part of, which now covers it; undefined: it is {@link add}ed. */
  joined(from: number, to: number): Item | undefined {
    const number = Math.floor(from / this.#column);
    const last = number === this.#number ? this.items.at(-1) : undefined;
    this.#number = number;
    if (last && to > last.to) last.to = to;
    return last;
  }

  add(item: Item): void {
    this.items.push(item);
  }

  replaceLast(item: Item): void {
    this.items[this.items.length - 1] = item;
  }
}

/** What needs a look comes first. */
const STATES = ['recording', 'damaged', 'repaired', 'complete'] as const satisfies readonly Extent['state'][];
const stateOf = (text: string): Extent['state'] => STATES.find((state) => state === text) ?? 'damaged';

/** Of several it is the recording that lasts longest, with the state that matters most. */
async function extentsOf(entries: readonly Entry[], column: number, now: number, pace: Pace): Promise<Extent[]> {
  const thinner = new Thinner<Extent>(column);
  let longest = 0;
  for (const [index, entry] of entries.entries()) {
    const { startedAt: from } = entry;
    const to = entry.state === 'recording' ? Math.max(entry.reachesTo, now) : entry.reachesTo;
    const state = stateOf(entry.state);
    const analysed = entry.detection !== undefined && !entry.isLive;
    const recordingId = entry.id as RecordingId;
    const kept = thinner.joined(from, to);
    if (!kept) thinner.add({ recordingId, from, to, state, analysed });
    else {
      if (to - from > longest) kept.recordingId = recordingId;
      if (STATES.indexOf(state) < STATES.indexOf(kept.state)) kept.state = state;
      kept.analysed &&= analysed;
    }
    longest = kept ? Math.max(longest, to - from) : to - from;
    if (index % STEP === 0 && pace.isOver()) await pace.rest();
  }
  return thinner.items;
}

interface GapRow {
  readonly from: number;
  readonly to: number | null;
  readonly cause: string;
}

const CAUSES: ReadonlyMap<string, Hole['cause']> = new Map(gapCauseSchema.options.map((cause) => [cause, cause]));

/** Of several it has the cause of the longest one. */
function holesOf(gaps: readonly GapRow[], column: number, now: number): Hole[] {
  const thinner = new Thinner<Hole>(column);
  let longest = 0;
  for (const gap of gaps) {
    const cause = CAUSES.get(gap.cause);
    if (cause === undefined) continue;
    const { from } = gap;
    const to = gap.to ?? Math.max(from, now);
    const kept = thinner.joined(from, to);
    if (!kept) thinner.add({ from, to, cause });
    else if (to - from > longest) kept.cause = cause;
    longest = kept ? Math.max(longest, to - from) : to - from;
  }
  return thinner.items;
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
