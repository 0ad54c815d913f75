import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from 'cockatiel';

const FIRST_MS = 1000;
const LONGEST_MS = 300_000;
/** Full jitter may come to nothing, and a target that is down is not to be hammered. */
const LEAST_MS = 250;

/** Tries without end: 1 s, doubling to 5 min, each time a random share of it. */
export class Backoff {
  #next: IBackoff<unknown> | undefined;
  #failures = 0;

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Notes a failure; how long to wait, ms, and not less than the target asked for. */
  fail(atLeastMs = 0): number {
    this.#failures += 1;
    this.#next = this.#next
      ? this.#next.next(undefined)
      : new ExponentialBackoff({
          generator: fullJitterGenerator,
          initialDelay: FIRST_MS,
          maxDelay: LONGEST_MS,
        }).next();
    // What asked for a pause is not met by everyone in the same moment.
    const jitter = atLeastMs > 0 ? Math.random() * Math.min(atLeastMs / 10, 5000) : 0;
    return Math.max(LEAST_MS, this.#next.duration, atLeastMs + jitter);
  }

  succeed(): void {
    this.#next = undefined;
    this.#failures = 0;
  }
}
