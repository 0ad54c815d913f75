import type { Block } from './sectionBlocks.ts';

/** Sections of one source on both sides of a gapless boundary touch within a window of the envelope, ms. */
const TOUCH_MS = 100;

/** A section that a later one may still be joined with. */
interface Open {
  readonly from: number;
  readonly to: number;
  readonly owner: number;
  event: number;
}

/** What the sweep tells of a section that it has put into an event. */
export interface Placed {
  readonly block: Block;
  readonly at: number;
  readonly event: number;
}

/**
 * Makes sound events of sections that come in order of their beginning. Two sections of different recordings are heard
 * as one when they overlap by at least half of the shorter one, or when they touch at a gapless boundary of a source;
 * an event is what hangs together so. Events are numbered by their beginning, which no two have in common.
 */
export class EventSweep {
  readonly #sourceOf: (owner: number) => string | undefined;
  #open: Open[] = [];
  /** Nothing later than this can be joined with what is open. */
  #until = -Infinity;
  count = 0;
  from = new Float64Array(1024);
  to = new Float64Array(1024);
  score = new Float64Array(1024);
  /** Of the highest section that has one; see {@link Block.verdict}. */
  verdict = new Uint8Array(1024);
  #verdictScore = new Float64Array(1024);
  /** Number of the event that took this one in; its own number when none did. */
  into = new Int32Array(1024);

  /** `sourceOf`: id of the source of a recording, by its ordinal. */
  constructor(sourceOf: (owner: number) => string | undefined) {
    this.#sourceOf = sourceOf;
  }

  /** Takes section `at` of a block; returns the number of its event. */
  add(block: Block, at: number): number {
    const from = block.from[at] ?? 0;
    const to = block.to[at] ?? 0;
    const owner = block.owner[at] ?? 0;
    const open = from > this.#until ? [] : this.#open.filter((other) => other.to + TOUCH_MS >= from);
    let event = -1;
    for (const other of open) {
      if (other.event === event || other.owner === owner) continue;
      if (!overlapEnough(other, from, to) && !this.#isGoingOn(other, from, owner, block.joins[at] === 1)) continue;
      event = event < 0 ? other.event : this.#join(open, event, other.event);
    }
    if (event < 0) event = this.#begin(from);
    this.to[event] = Math.max(this.to[event] ?? 0, to);
    const score = block.score[at] ?? 0;
    if (score > (this.score[event] ?? 0)) this.score[event] = score;
    const verdict = block.verdict[at] ?? 0;
    if (verdict > 0 && score > (this.#verdictScore[event] ?? 0)) {
      this.verdict[event] = verdict;
      this.#verdictScore[event] = score;
    }
    open.push({ from, to, owner, event });
    this.#open = open;
    this.#until = from > this.#until ? to + TOUCH_MS : Math.max(this.#until, to + TOUCH_MS);
    return event;
  }

  /** Instant until which a later section may still change the event, ms since 1970 UTC. */
  openUntil(event: number): number {
    return this.#open.reduce((until, open) => (open.event === event ? Math.max(until, open.to + TOUCH_MS) : until), 0);
  }

  #isGoingOn(other: Open, from: number, owner: number, joins: boolean): boolean {
    return joins && Math.abs(from - other.to) <= TOUCH_MS && this.#sourceOf(owner) === this.#sourceOf(other.owner);
  }

  #begin(from: number): number {
    const event = this.count;
    if (event === this.from.length) this.#grow();
    this.from[event] = from;
    this.to[event] = from;
    this.score[event] = -Infinity;
    this.#verdictScore[event] = -Infinity;
    this.into[event] = event;
    this.count += 1;
    return event;
  }

  /** The one that began first goes on. */
  #join(open: readonly Open[], one: number, other: number): number {
    const kept = Math.min(one, other);
    const gone = Math.max(one, other);
    this.into[gone] = kept;
    this.to[kept] = Math.max(this.to[kept] ?? 0, this.to[gone] ?? 0);
    this.score[kept] = Math.max(this.score[kept] ?? 0, this.score[gone] ?? 0);
    if ((this.#verdictScore[gone] ?? 0) > (this.#verdictScore[kept] ?? 0)) {
      this.verdict[kept] = this.verdict[gone] ?? 0;
      this.#verdictScore[kept] = this.#verdictScore[gone] ?? 0;
    }
    for (const section of open) if (section.event === gone) section.event = kept;
    return kept;
  }

  #grow(): void {
    const grown = <Column extends Float64Array | Int32Array | Uint8Array>(column: Column, empty: Column): Column => {
      empty.set(column);
      return empty;
    };
    const size = this.from.length * 2;
    this.from = grown(this.from, new Float64Array(size));
    this.to = grown(this.to, new Float64Array(size));
    this.score = grown(this.score, new Float64Array(size));
    this.#verdictScore = grown(this.#verdictScore, new Float64Array(size));
    this.verdict = grown(this.verdict, new Uint8Array(size));
    this.into = grown(this.into, new Int32Array(size));
  }
}

function overlapEnough(other: Open, from: number, to: number): boolean {
  const overlap = Math.min(other.to, to) - from;
  return overlap > 0 && overlap * 2 >= Math.min(other.to - other.from, to - from);
}
