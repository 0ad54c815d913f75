import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Section, SoundEvent, Verdict } from '../../../shared/domain/section.ts';
import type { EventId, RecordingId } from '../../../shared/units.ts';
import { EventSweep } from './eventSweep.ts';
import { Pace } from './pace.ts';
import type { RecordingIndex } from './recordingIndex.ts';
import type { Scope, Scopes } from './scopes.ts';
import { firstFrom } from './search.ts';
import { BLOCK_MS, type Block, codeOf, type SectionBlocks } from './sectionBlocks.ts';

/** The sound events of a scope, in order of time. */
export interface Events {
  readonly scope: Scope;
  readonly count: number;
  /** ms since 1970 UTC; no two are equal. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly score: Float64Array;
  /** See {@link Block.verdict}. */
  readonly verdict: Uint8Array;
  readonly reviewed: number;
  readonly starred: number;
}

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
    const events = await this.#group(await this.#scopes.of(filter));
    this.#kept.delete(key);
    this.#kept.set(key, { at, events });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return events;
  }

  /** Event `number` of these with its sections; undefined when they are gone meanwhile. */
  async tell(events: Events, number: number): Promise<SoundEvent | undefined> {
    const sections = await this.#sectionsOf(events, number);
    const [highest] = sections;
    if (!highest) return undefined;
    const verdict: Verdict | undefined = sections.find((section) => section.verdict !== undefined)?.verdict;
    return {
      id: highest.id as string as EventId,
      from: events.from[number] ?? 0,
      to: events.to[number] ?? 0,
      score: highest.score,
      sections: sections.slice(0, MOST_SECTIONS_OF_EVENT),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }

  async #group(scope: Scope): Promise<Events> {
    const sweep = this.#sweep(scope.entries.reduce((sum, { sections }) => sum + sections, 0));
    const pace = new Pace();
    for (const number of daysOf(scope)) {
      const block = await this.#blocks.get(number);
      const { length, owner } = block;
      for (let at = 0; at < length; at += 1) {
        if (scope.mask[owner[at] ?? -1] === 1) sweep.add(block, at);
        if (at % STEP === 0 && pace.isOver()) await pace.rest();
      }
    }
    return finish(sweep, scope);
  }

  /** All sections of an event, the highest score first: those that hang together with the one that begins it. */
  async #sectionsOf(events: Events, number: number): Promise<readonly Section[]> {
    const from = events.from[number] ?? 0;
    const to = events.to[number] ?? 0;
    const sweep = this.#sweep();
    const found: { readonly block: Block; readonly at: number; readonly event: number }[] = [];
    for (let day = Math.floor(from / BLOCK_MS); day * BLOCK_MS <= to; day += 1) {
      const block = await this.#blocks.get(day);
      for (
        let at = firstFrom(block.from, block.length, from);
        at < block.length && (block.from[at] ?? 0) <= to;
        at += 1
      ) {
        if (events.scope.mask[block.owner[at] ?? -1] === 1) found.push({ block, at, event: sweep.add(block, at) });
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

  #sweep(expected?: number): EventSweep {
    return new EventSweep((owner) => this.#index.entry(owner)?.sourceId, expected);
  }
}

/** Days since 1970, UTC, on which something of a scope may begin, in order. */
function daysOf({ entries }: Scope): readonly number[] {
  const days = new Set<number>();
  let known = -1;
  for (const { sections, startedAt, reachesTo } of entries) {
    if (sections === 0) continue;
    const last = Math.floor(reachesTo / BLOCK_MS);
    for (let day = Math.floor(startedAt / BLOCK_MS); day <= last; day += 1) {
      if (day !== known) days.add(day);
      known = day;
    }
  }
  return [...days].sort((a, b) => a - b);
}

function rootOf(into: Int32Array, event: number): number {
  let root = event;
  for (let next = into[root] ?? root; next !== root; next = into[root] ?? root) root = next;
  return root;
}

/** Leaves out the events that others took in. */
function finish(sweep: EventSweep, scope: Scope): Events {
  const { from, to, score, verdict, into } = sweep;
  const star = codeOf('star');
  let count = 0;
  let reviewed = 0;
  let starred = 0;
  for (let event = 0; event < sweep.count; event += 1) {
    if (into[event] !== event) continue;
    from[count] = from[event] ?? 0;
    to[count] = to[event] ?? 0;
    score[count] = score[event] ?? 0;
    verdict[count] = verdict[event] ?? 0;
    if (verdict[count] !== 0) reviewed += 1;
    if (verdict[count] === star) starred += 1;
    count += 1;
  }
  return {
    scope,
    count,
    from: from.subarray(0, count),
    to: to.subarray(0, count),
    score: score.subarray(0, count),
    verdict: verdict.subarray(0, count),
    reviewed,
    starred,
  };
}
