import type { LongtakeError } from '../../shared/errors.ts';
import { endName, initName, readNames, type Segment, segmentName } from './segmentName.ts';
import type { MadeSegment } from './grouping.ts';
import type { LiveStore } from './liveSource.ts';

/** What is stored of one session, and who waits for more. */
export class Shelf {
  readonly id: string;
  readonly #store: LiveStore;
  readonly #segments: Segment[];
  #ended: boolean;
  #waiting = new Set<() => void>();
  /** When somebody last asked, ms of a clock that never goes back. */
  askedAt = 0;
  /** Why nothing comes. */
  problem: LongtakeError | undefined;
  problemAt = 0;
  #isClosed = false;

  private constructor(id: string, store: LiveStore, segments: readonly Segment[], ended: boolean) {
    this.id = id;
    this.#store = store;
    this.#segments = [...segments];
    this.#ended = ended;
  }

  static async load(id: string, store: LiveStore): Promise<Shelf> {
    const { segments, ended } = readNames(await store.list(id));
    return new Shelf(id, store, segments, ended);
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Stores a segment, and lists it after that. */
  async add({ segment, bytes, init }: MadeSegment): Promise<void> {
    if (init) await this.#store.put(this.id, initName(segment.run), init);
    await this.#store.put(this.id, segmentName(segment), bytes);
    this.#segments.push(segment);
    this.#wake();
  }

  /** Nothing comes after what is there. */
  async end(): Promise<void> {
    await this.#store.put(this.id, endName(this.#segments.length), new Uint8Array(0));
    this.#ended = true;
    this.#wake();
  }

  fail(problem: LongtakeError, at: number): void {
    this.problem = problem;
    this.problemAt = at;
    this.#wake();
  }

  /** Nobody waits any longer. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Resolves once `isEnough`, at a problem, or after `ms`. */
  async until(isEnough: () => boolean, ms: number): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
      this.#wake();
    }, ms);
    while (!isEnough() && !late.signal.aborted && !this.problem && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    clearTimeout(timer);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) resolve();
  }
}
