import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Section, SoundEvent, Verdict } from '../../../shared/domain/section.ts';
import type { EventId, RecordingId } from '../../../shared/units.ts';
import { type Begin, type EventGroup, Events } from './events.ts';
import { EventSweep } from './eventSweep.ts';
import { Pace } from './pace.ts';
import type { RecordingIndex } from './recordingIndex.ts';
import type { Scope, Scopes } from './scopes.ts';
import { firstFrom } from './search.ts';
import { BLOCK_MS, type Block, codeOf, daysBetween, type SectionBlocks } from './sectionBlocks.ts';

/** Sections of one event that are told, the highest score first. */
export const MOST_SECTIONS_OF_EVENT = 200;
/** Filters whose events are kept. */
const KEPT = 3;
const STEP = 512;

export type ReadSections = (id: RecordingId, first: readonly number[]) => readonly Section[];

/** Finds the sound events of what a filter means. */
export class SoundEvents {
  readonly #index: RecordingIndex;
  readonly #blocks: SectionBlocks;
  readonly #scopes: Scopes;
  readonly #read: ReadSections;
  readonly #kept = new Map<string, { readonly at: string; readonly events: Events }>();

  constructor(index: RecordingIndex, blocks: SectionBlocks, scopes: Scopes, read: ReadSections) {
    this.#index = index;
    this.#blocks = blocks;
    this.#scopes = scopes;
    this.#read = read;
  }

  /** The index must be up to date. */
  async of(filter: LibraryFilter): Promise<Events> {
    const key = JSON.stringify(filter);
    const at = this.#scopes.stateFor(filter);
    const known = this.#kept.get(key);
    if (known?.at === at) return known.events;
    const events = await this.#group(await this.#scopes.of(filter), known?.events);
    this.#kept.delete(key);
    this.#kept.set(key, { at, events });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return events;
  }

  /** Event `number` of these with its sections; undefined when they are gone meanwhile. */
  async tell(events: Events, number: number): Promise<SoundEvent | undefined> {
    const { from, to } = events.timesOf(number);
    const sections = await this.#sectionsOf(events.scope, from, to);
    const [highest] = sections;
    if (!highest) return undefined;
    const verdict: Verdict | undefined = sections.find((section) => section.verdict !== undefined)?.verdict;
    return {
      id: highest.id as string as EventId,
      from,
      to,
      score: highest.score,
      sections: sections.slice(0, MOST_SECTIONS_OF_EVENT),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }

  /** `before`: of the same filter. What is not touched by what changed since is taken from there. */
  async #group(scope: Scope, before: Events | undefined): Promise<Events> {
    const stale = before ? this.#staleDays(before.scope, scope) : new Set<number>();
    const groups: EventGroup[] = [];
    const sweep = this.#sweep();
    // One for all groups: each of them alone takes less than a turn.
    const pace = new Pace();
    let next: Begin = { day: -Infinity, from: -Infinity };
    for (const day of scope.days) {
      if (day < next.day) continue;
      const begin = day === next.day ? next : { day, from: day * BLOCK_MS };
      const known = before?.groupAt(begin);
      const group = known && this.#isCurrent(known, stale) ? known : await this.#groupFrom(begin, scope, sweep, pace);
      groups.push(group);
      ({ next } = group);
    }
    return new Events(scope, groups);
  }

  /** Days on which another recording is meant than before. */
  #staleDays({ mask: one }: Scope, { mask: other }: Scope): ReadonlySet<number> {
    const days = new Set<number>();
    if (one === other) return days;
    for (let ordinal = 0; ordinal < other.length; ordinal += 1) {
      if ((one[ordinal] ?? 0) === other[ordinal]) continue;
      const entry = this.#index.entry(ordinal);
      if (entry) for (const day of daysBetween(entry.startedAt, entry.reachesTo)) days.add(day);
    }
    return days;
  }

  #isCurrent({ begin, versions }: EventGroup, stale: ReadonlySet<number>): boolean {
    return versions.every(
      (version, index) => version === this.#blocks.version(begin.day + index) && !stale.has(begin.day + index),
    );
  }

  /** The events from `begin` on to the first moment on a later day at which there is none. */
  async #groupFrom(begin: Begin, scope: Scope, sweep: EventSweep, pace: Pace): Promise<EventGroup> {
    const { mask } = scope;
    const versions: number[] = [];
    sweep.clear();
    for (let { day, from } = begin; ; day += 1, from = day * BLOCK_MS) {
      const isLater = day > begin.day;
      if (isLater && sweep.isIdleAt(from)) return finish(sweep, { begin, next: { day, from }, versions });
      versions.push(this.#blocks.version(day));
      if (!scope.hasDay(day)) continue;
      const block = await this.#blocks.get(day);
      const { length, owner } = block;
      for (let at = firstFrom(block.from, length, from); at < length; at += 1) {
        if (mask[owner[at] ?? -1] !== 1) continue;
        const start = block.from[at] ?? 0;
        if (isLater && sweep.isIdleAt(start)) return finish(sweep, { begin, next: { day, from: start }, versions });
        sweep.add(block, at);
        if (at % STEP === 0 && pace.isOver()) await pace.rest();
      }
      if (pace.isOver()) await pace.rest();
    }
  }

  /** All sections of an event, the highest score first: those that hang together with the one that begins it. */
  async #sectionsOf(scope: Scope, from: number, to: number): Promise<readonly Section[]> {
    const sweep = this.#sweep();
    const found: { readonly block: Block; readonly at: number; readonly event: number }[] = [];
    for (const day of daysBetween(from, to)) {
      const block = await this.#blocks.get(day);
      for (
        let at = firstFrom(block.from, block.length, from);
        at < block.length && (block.from[at] ?? 0) <= to;
        at += 1
      ) {
        if (scope.mask[block.owner[at] ?? -1] === 1) found.push({ block, at, event: sweep.add(block, at) });
      }
    }
    const firstOf = new Map<string, number[]>();
    for (const { block, at, event } of found) {
      const entry = this.#index.entry(block.owner[at] ?? -1);
      if (!entry?.isPresent || rootOf(sweep.into, event) !== 0) continue;
      const list = firstOf.get(entry.id);
      if (list) list.push(block.first[at] ?? 0);
      else firstOf.set(entry.id, [block.first[at] ?? 0]);
    }
    return [...firstOf]
      .flatMap(([id, first]) => this.#read(id as RecordingId, first))
      .sort((a, b) => b.score - a.score || a.from - b.from || (a.id < b.id ? -1 : 1));
  }

  #sweep(): EventSweep {
    return new EventSweep((owner) => this.#index.entry(owner)?.sourceId);
  }
}

function rootOf(into: Int32Array, event: number): number {
  let root = event;
  for (let next = into[root] ?? root; next !== root; next = into[root] ?? root) root = next;
  return root;
}

/** Leaves out the events that others took in. */
function finish(sweep: EventSweep, place: Pick<EventGroup, 'begin' | 'next' | 'versions'>): EventGroup {
  const { from, to, score, verdict, into } = sweep;
  const star = codeOf('star');
  let [count, reviewed, starred, topScore] = [0, 0, 0, -Infinity];
  for (let event = 0; event < sweep.count; event += 1) {
    if (into[event] !== event) continue;
    from[count] = from[event] ?? 0;
    to[count] = to[event] ?? 0;
    score[count] = score[event] ?? 0;
    verdict[count] = verdict[event] ?? 0;
    topScore = Math.max(topScore, score[count] ?? 0);
    if (verdict[count] !== 0) reviewed += 1;
    if (verdict[count] === star) starred += 1;
    count += 1;
  }
  // One piece of memory for all columns: there are hundreds of groups.
  const memory = new ArrayBuffer(count * (3 * Float64Array.BYTES_PER_ELEMENT + 1));
  const floats = (column: number, values: Float64Array): Float64Array => {
    const kept = new Float64Array(memory, column * count * Float64Array.BYTES_PER_ELEMENT, count);
    kept.set(values.subarray(0, count));
    return kept;
  };
  const verdicts = new Uint8Array(memory, 3 * count * Float64Array.BYTES_PER_ELEMENT, count);
  verdicts.set(verdict.subarray(0, count));
  return {
    ...place,
    count,
    from: floats(0, from),
    to: floats(1, to),
    score: floats(2, score),
    verdict: verdicts,
    reviewed,
    starred,
    topScore,
  };
}
