import { Pace } from './pace.ts';
import type { Scope } from './scopes.ts';
import { firstFrom, firstOver } from './search.ts';

/** Where sound events begin that hang together with none before. */
export interface Begin {
  /** Day since 1970, UTC. */
  readonly day: number;
  /** On that day; ms since 1970 UTC. */
  readonly from: number;
}

/** The sound events of about a day, which hang together with none before or after. One column per field, in order of time. */
export interface EventGroup {
  readonly begin: Begin;
  readonly next: Begin;
  /** Versions of the days, from that of {@link begin} on, that it was made of. */
  readonly versions: readonly number[];
  readonly count: number;
  /** ms since 1970 UTC; no two are equal. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly score: Float64Array;
  /** See Block.verdict. */
  readonly verdict: Uint8Array;
  readonly reviewed: number;
  readonly starred: number;
  readonly topScore: number;
}

interface Reviewed {
  readonly unreviewed: boolean;
}

/** The sound events of a scope, in order of time; their numbers begin with 0. */
export class Events {
  readonly scope: Scope;
  readonly count: number;
  readonly reviewed: number;
  readonly starred: number;
  /** All of them, also those without an event. */
  readonly #groups: readonly EventGroup[];
  readonly #byDay: ReadonlyMap<number, EventGroup>;
  /** Number of the first event of each group. */
  readonly #first: Float64Array;

  constructor(scope: Scope, groups: readonly EventGroup[]) {
    this.scope = scope;
    this.#groups = groups;
    this.#byDay = new Map(groups.map((group) => [group.begin.day, group]));
    this.#first = new Float64Array(groups.length);
    let [count, reviewed, starred] = [0, 0, 0];
    groups.forEach((group, index) => {
      this.#first[index] = count;
      count += group.count;
      reviewed += group.reviewed;
      starred += group.starred;
    });
    this.count = count;
    this.reviewed = reviewed;
    this.starred = starred;
  }

  /** The group that begins there, if there is one. */
  groupAt({ day, from }: Begin): EventGroup | undefined {
    const group = this.#byDay.get(day);
    return group?.begin.from === from ? group : undefined;
  }

  /** When event `number` begins and ends, ms since 1970 UTC. */
  timesOf(number: number): { readonly from: number; readonly to: number } {
    const index = firstOver(this.#first, this.#first.length, number) - 1;
    const group = this.#groups[index];
    const at = number - (this.#first[index] ?? 0);
    return { from: group?.from[at] ?? 0, to: group?.to[at] ?? 0 };
  }

  /** Numbers of the events with the highest scores, the highest first; of equal ones the earlier. */
  async highest(limit: number): Promise<readonly number[]> {
    const tops = Float64Array.from(this.#groups, ({ topScore }) => topScore).sort();
    // So many groups have an event with this score that no lower one is among the highest.
    const least = tops[tops.length - limit] ?? -Infinity;
    const found: { readonly number: number; readonly score: number }[] = [];
    const pace = new Pace();
    for (const [index, group] of this.#groups.entries()) {
      if (group.count === 0 || group.topScore < least) continue;
      for (const at of highestOf(group, limit, least)) {
        found.push({ number: (this.#first[index] ?? 0) + at, score: group.score[at] ?? 0 });
      }
      if (pace.isOver()) await pace.rest();
    }
    found.sort((a, b) => b.score - a.score || a.number - b.number);
    return found.slice(0, limit).map(({ number }) => number);
  }

  /** The event that begins next after an instant, or the first of all; -1: there is none. */
  next(at: number | undefined, { unreviewed }: Reviewed): number {
    const start = at === undefined ? 0 : this.#groups.findIndex((group) => (group.from[group.count - 1] ?? 0) > at);
    if (start < 0) return -1;
    for (let index = start; index < this.#groups.length; index += 1) {
      const group = this.#groups[index];
      if (!group || (unreviewed && group.reviewed === group.count)) continue;
      const after = at === undefined ? 0 : firstOver(group.from, group.count, at);
      const event = unreviewed ? group.verdict.indexOf(0, after) : after;
      if (event >= 0 && event < group.count) return (this.#first[index] ?? 0) + event;
    }
    return -1;
  }

  /** The event that begins last before an instant, or the last of all; -1: there is none. */
  previous(at: number | undefined, { unreviewed }: Reviewed): number {
    for (let index = this.#groups.length - 1; index >= 0; index -= 1) {
      const group = this.#groups[index];
      if (!group || (unreviewed && group.reviewed === group.count)) continue;
      const end = at === undefined ? group.count : firstFrom(group.from, group.count, at);
      const event = unreviewed ? group.verdict.subarray(0, end).lastIndexOf(0) : end - 1;
      if (event >= 0) return (this.#first[index] ?? 0) + event;
    }
    return -1;
  }
}

/** Events of a group with the highest scores, none lower than `least`; of equal ones the earlier. */
function highestOf({ score, count }: EventGroup, limit: number, least: number): readonly number[] {
  const better = (a: number, b: number): number => (score[b] ?? 0) - (score[a] ?? 0) || a - b;
  let best: number[] = [];
  let lowest = least;
  for (let event = 0; event < count; event += 1) {
    if ((score[event] ?? 0) < lowest) continue;
    best.push(event);
    if (best.length < limit * 4) continue;
    best = best.sort(better).slice(0, limit);
    lowest = score[best.at(-1) ?? 0] ?? 0;
  }
  return best.length <= limit ? best : best.sort(better).slice(0, limit);
}
