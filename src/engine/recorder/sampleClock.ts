import { type Millis, millis } from '../../shared/units.ts';

/** How long an arrival counts. Long enough to outlive a busy spell, short enough to follow a card's drift. */
const WINDOW_MS = 30_000;

/**
 * Maps sample numbers of one connection to time. Blocks arrive late by a varying delay, never early, so the smallest
 * `arrival - sample time` of the last 30 to 60 s is the best estimate of the offset between the two clocks; it
 * follows the drift of a soundcard's crystal and does not jump when one block is late.
 */
export class SampleClock {
  readonly #rate: number;
  #current = Number.POSITIVE_INFINITY;
  #previous = Number.POSITIVE_INFINITY;
  #windowEndsAt = Number.NEGATIVE_INFINITY;

  /** `rate` in Hz. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Tells that the samples before number `sampleEnd` had all arrived at `arrivedAt`, a monotonic instant. */
  observe(sampleEnd: number, arrivedAt: Millis): void {
    if (arrivedAt >= this.#windowEndsAt) {
      this.#previous = this.#current;
      this.#current = Number.POSITIVE_INFINITY;
      this.#windowEndsAt = arrivedAt + WINDOW_MS;
    }
    this.#current = Math.min(this.#current, arrivedAt - (sampleEnd * 1000) / this.#rate);
  }

  /** When sample number `sample` was captured, on the monotonic clock. Call {@link observe} first. */
  timeOf(sample: number): Millis {
    return millis(Math.min(this.#current, this.#previous) + (sample * 1000) / this.#rate);
  }
}
