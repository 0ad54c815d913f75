import { type Millis, millis } from '../../../shared/units.ts';

/** A sound server settles on its buffering after the start. */
const SETTLE_MS = 3000;
const BUCKET_MS = 1000;
/** How long the count of samples must lag before it is believed. */
const RECENT_BUCKETS = 3;
/** What it is compared with. Short, so that a device whose clock is 1 % slow does not count as losing audio. */
const EARLIER_BUCKETS = 10;
/** A shorter lag is jitter: sound servers change their buffering by a few hundred milliseconds. */
const THRESHOLD_MS = 400;

interface Bucket {
  readonly index: number;
  leastLag: number;
}

/**
 * Finds audio that went missing between the device and this program with no error: a sound server that overflowed
 * while this process was held up. The samples then count less time than the monotonic clock, from there on for good.
 */
export class SampleClockAudit {
  readonly #sampleRate: number;
  readonly #buckets: Bucket[] = [];
  #samples = 0;
  #startedAt: number | undefined;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /**
   * Counts a block; returns how much audio is missing, once it is certain. `awaited`: the block was not in the queue
   * yet when it was asked for; only then does its arrival say when it was captured.
   */
  add(samples: number, arrivedAt: Millis, awaited: boolean): Millis | undefined {
    this.#samples += samples;
    this.#startedAt ??= arrivedAt;
    if (!awaited || arrivedAt - this.#startedAt < SETTLE_MS) return undefined;
    const lag = arrivedAt - this.#startedAt - (this.#samples * 1000) / this.#sampleRate;
    const index = Math.floor(arrivedAt / BUCKET_MS);
    const last = this.#buckets.at(-1);
    if (last?.index === index) {
      last.leastLag = Math.min(last.leastLag, lag);
      return undefined;
    }
    this.#buckets.push({ index, leastLag: lag });
    return this.#missing();
  }

  /** The newest bucket has just begun and is left out. */
  #missing(): Millis | undefined {
    const complete = this.#buckets.slice(0, -1);
    const recent = complete.slice(-RECENT_BUCKETS);
    const earlier = complete.slice(0, -RECENT_BUCKETS);
    if (this.#buckets.length > RECENT_BUCKETS + EARLIER_BUCKETS + 1) this.#buckets.shift();
    if (earlier.length === 0) return undefined;
    const missing = least(recent) - least(earlier);
    return missing > THRESHOLD_MS ? millis(missing) : undefined;
  }
}

function least(buckets: readonly Bucket[]): number {
  return Math.min(...buckets.map((bucket) => bucket.leastLag));
}
