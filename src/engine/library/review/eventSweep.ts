import type { Block } from './sectionBlocks.ts';

/** Sections of one source on both sides of a gapless boundary touch within a window of the envelope, ms. */
const TOUCH_MS = 100;

/**
 * Makes sound events of sections that come in order of their beginning. Two sections of different recordings are heard
 * as one when they overlap by at least half of the shorter one, or when they touch at a gapless boundary of a source;
 * an event is what hangs together so. Events are numbered by their beginning, which no two have in common.
 */
export class EventSweep {
  readonly #sourceOf: (owner: number) => string | undefined;
  /** Sections that a later one may still be joined with, one column per field. */
  #openFrom = new Float64Array(16);
  #openTo = new Float64Array(16);
  #openOwner = new Int32Array(16);
  #openEvent = new Int32Array(16);
  #open = 0;
  /** What begins later can be joined with nothing that is open. */
  #until = -Infinity;
  count = 0;
  from: Float64Array;
  to: Float64Array;
  score: Float64Array;
  /** Of the highest section that has one; see {@link Block.verdict}. */
  verdict: Uint8Array;
  #verdictScore: Float64Array;
  /** Number of the event that took this one in; its own number when none did. */
  into: Int32Array;

  /** `sourceOf`: id of the source of a recording, by its ordinal. `expected`: about so many events. */
  constructor(sourceOf: (owner: number) => string | undefined, expected = 16) {
    this.#sourceOf = sourceOf;
    const size = Math.max(16, expected);
    this.from = new Float64Array(size);
    this.to = new Float64Array(size);
    this.score = new Float64Array(size);
    this.verdict = new Uint8Array(size);
    this.#verdictScore = new Float64Array(size);
    this.into = new Int32Array(size);
  }

  /** Begins anew, in the room that there is already. */
  clear(): void {
    this.count = 0;
    this.#open = 0;
    this.#until = -Infinity;
  }

  /** What begins at `from` or later is joined with nothing so far. */
  isIdleAt(from: number): boolean {
    return from > this.#until;
  }

  /** Takes section `at` of a block; returns the number of its event. */
  add(block: Block, at: number): number {
    const from = block.from[at] ?? 0;
    const to = block.to[at] ?? 0;
    if (from > this.#until) this.#open = 0;
    const event = this.#open === 0 ? this.#begin(from) : this.#eventOf(block, at, from, to);
    if (to > (this.to[event] ?? 0)) this.to[event] = to;
    const score = block.score[at] ?? 0;
    if (score > (this.score[event] ?? 0)) this.score[event] = score;
    const verdict = block.verdict[at] ?? 0;
    if (verdict > 0 && score > (this.#verdictScore[event] ?? 0)) {
      this.verdict[event] = verdict;
      this.#verdictScore[event] = score;
    }
    this.#keepOpen(from, to, block.owner[at] ?? 0, event);
    return event;
  }

  #eventOf(block: Block, at: number, from: number, to: number): number {
    this.#close(from);
    const owner = block.owner[at] ?? 0;
    let event = -1;
    for (let index = 0; index < this.#open; index += 1) {
      const other = this.#openEvent[index] ?? 0;
      if (other === event || this.#openOwner[index] === owner) continue;
      if (!this.#overlaps(index, from, to) && !(block.joins[at] === 1 && this.#goesOn(index, from, owner))) continue;
      event = event < 0 ? other : this.#join(event, other);
    }
    return event < 0 ? this.#begin(from) : event;
  }

  /** Leaves those that ended too early to be joined with what begins at `from`. */
  #close(from: number): void {
    let kept = 0;
    for (let index = 0; index < this.#open; index += 1) {
      if ((this.#openTo[index] ?? 0) + TOUCH_MS < from) continue;
      this.#openFrom[kept] = this.#openFrom[index] ?? 0;
      this.#openTo[kept] = this.#openTo[index] ?? 0;
      this.#openOwner[kept] = this.#openOwner[index] ?? 0;
      this.#openEvent[kept] = this.#openEvent[index] ?? 0;
      kept += 1;
    }
    this.#open = kept;
  }

  #keepOpen(from: number, to: number, owner: number, event: number): void {
    if (this.#open === this.#openFrom.length) {
      const size = this.#open * 2;
      this.#openFrom = grown(this.#openFrom, new Float64Array(size));
      this.#openTo = grown(this.#openTo, new Float64Array(size));
      this.#openOwner = grown(this.#openOwner, new Int32Array(size));
      this.#openEvent = grown(this.#openEvent, new Int32Array(size));
    }
    this.#openFrom[this.#open] = from;
    this.#openTo[this.#open] = to;
    this.#openOwner[this.#open] = owner;
    this.#openEvent[this.#open] = event;
    this.#open += 1;
    this.#until = Math.max(this.#open === 1 ? 0 : this.#until, to + TOUCH_MS);
  }

  #overlaps(index: number, from: number, to: number): boolean {
    const otherTo = this.#openTo[index] ?? 0;
    const overlap = Math.min(otherTo, to) - from;
    return overlap > 0 && overlap * 2 >= Math.min(otherTo - (this.#openFrom[index] ?? 0), to - from);
  }

  #goesOn(index: number, from: number, owner: number): boolean {
    if (Math.abs(from - (this.#openTo[index] ?? 0)) > TOUCH_MS) return false;
    return this.#sourceOf(owner) === this.#sourceOf(this.#openOwner[index] ?? -1);
  }

  #begin(from: number): number {
    const event = this.count;
    if (event === this.from.length) this.#grow();
    this.from[event] = from;
    this.to[event] = from;
    this.score[event] = -Infinity;
    this.#verdictScore[event] = -Infinity;
    this.verdict[event] = 0;
    this.into[event] = event;
    this.count += 1;
    return event;
  }

  /** The one that began first goes on. */
  #join(one: number, other: number): number {
    const kept = Math.min(one, other);
    const gone = Math.max(one, other);
    this.into[gone] = kept;
    this.to[kept] = Math.max(this.to[kept] ?? 0, this.to[gone] ?? 0);
    this.score[kept] = Math.max(this.score[kept] ?? 0, this.score[gone] ?? 0);
    if ((this.#verdictScore[gone] ?? 0) > (this.#verdictScore[kept] ?? 0)) {
      this.verdict[kept] = this.verdict[gone] ?? 0;
      this.#verdictScore[kept] = this.#verdictScore[gone] ?? 0;
    }
    for (let index = 0; index < this.#open; index += 1) {
      if (this.#openEvent[index] === gone) this.#openEvent[index] = kept;
    }
    return kept;
  }

  #grow(): void {
    const size = this.from.length * 2;
    this.from = grown(this.from, new Float64Array(size));
    this.to = grown(this.to, new Float64Array(size));
    this.score = grown(this.score, new Float64Array(size));
    this.#verdictScore = grown(this.#verdictScore, new Float64Array(size));
    this.verdict = grown(this.verdict, new Uint8Array(size));
    this.into = grown(this.into, new Int32Array(size));
  }
}

function grown<Column extends Float64Array | Int32Array | Uint8Array>(column: Column, empty: Column): Column {
  empty.set(column);
  return empty;
}
