import type { Millis } from '../../../shared/units.ts';

export interface Drift {
  /** Millionths by which the card's clock is faster than the system's. */
  readonly ppm: number;
  /** Half of the 95 % interval, millionths. */
  readonly uncertaintyPpm: number;
}

/** Blocks come late by a varying delay, never early: of this much time only the earliest counts. */
const BUCKET_MS = 5000;
/** A sound server settles on its buffering after the start. */
const SETTLE_MS = 5000;
/** With less than this nothing is said. */
const LEAST_BUCKETS = 24;
/** Half an hour; a crystal follows the temperature of the room. */
const MOST_BUCKETS = 360;
/** A shift by more than this is no drift: buffering changed, samples were lost, or the computer slept. */
const STEP_MS = 60;
const STEP_BUCKETS = 3;
/** Worse than this tells nobody anything: no crystal is that bad. */
const WORST_UNCERTAINTY_PPM = 25;
/** 95 % of a normal distribution. */
const TWO_SIGMA = 1.96;
/**
 * Delays of neighbouring buckets resemble each other, which makes a regression too sure of itself: as if there were
 * fewer of them.
 */
const RESEMBLANCE = 1.5;

interface Bucket {
  readonly index: number;
  /** When the earliest block came, and how late it was against the count of samples; ms. */
  at: number;
  lag: number;
}

/**
 * Measures how fast a card's clock runs against the monotonic one, by linear regression over minutes. A set wall clock
 * does not matter, and a step in the delay begins anew.
 */
export class DriftMeter {
  readonly #rate: number;
  readonly #buckets: Bucket[] = [];
  /** The newest, as long as they do not fit to the others. */
  readonly #strays: Bucket[] = [];
  #samples = 0;
  #startedAt: number | undefined;
  #drift: Drift | undefined;

  /** `rate` in Hz. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Absent until it is known well enough. */
  get drift(): Drift | undefined {
    return this.#drift;
  }

  /** Counts a block, which came at `arrivedAt` on the monotonic clock. True when {@link drift} has changed. */
  add(samples: number, arrivedAt: Millis): boolean {
    this.#samples += samples;
    this.#startedAt ??= arrivedAt;
    if (arrivedAt - this.#startedAt < SETTLE_MS) return false;
    const lag = arrivedAt - this.#startedAt - (this.#samples * 1000) / this.#rate;
    const index = Math.floor(arrivedAt / BUCKET_MS);
    const last = this.#buckets.at(-1);
    if (last?.index === index) {
      if (lag < last.lag) Object.assign(last, { at: arrivedAt, lag });
      return false;
    }
    const changed = last !== undefined && this.#complete();
    this.#buckets.push({ index, at: arrivedAt, lag });
    if (this.#buckets.length > MOST_BUCKETS) this.#buckets.shift();
    return changed;
  }

  /** The newest bucket is whole. */
  #complete(): boolean {
    const [newest, before] = [this.#buckets.at(-1), this.#buckets.at(-2)];
    if (newest && before && Math.abs(newest.lag - before.lag) > STEP_MS) {
      // A busy computer makes all of some seconds late; a step lasts.
      this.#buckets.pop();
      this.#strays.push(newest);
      if (this.#strays.length < STEP_BUCKETS) return false;
      this.#buckets.splice(0, this.#buckets.length, ...this.#strays);
    }
    this.#strays.length = 0;
    const found = this.#buckets.length >= LEAST_BUCKETS ? regress(this.#buckets) : undefined;
    const known = found && found.uncertaintyPpm <= WORST_UNCERTAINTY_PPM ? found : undefined;
    // What was known before a step is still true after it.
    if (!known) return false;
    this.#drift = known;
    return true;
  }
}

function regress(buckets: readonly Bucket[]): Drift {
  const count = buckets.length;
  const meanAt = buckets.reduce((sum, { at }) => sum + at, 0) / count;
  const meanLag = buckets.reduce((sum, { lag }) => sum + lag, 0) / count;
  const spread = buckets.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope = buckets.reduce((sum, { at, lag }) => sum + (at - meanAt) * (lag - meanLag), 0) / spread;
  const rest = buckets.reduce((sum, { at, lag }) => sum + (lag - meanLag - slope * (at - meanAt)) ** 2, 0);
  const error = Math.sqrt(rest / (count - 2) / spread);
  // The lag grows where the card is slow.
  return { ppm: -slope * 1e6, uncertaintyPpm: TWO_SIGMA * RESEMBLANCE * error * 1e6 };
}
