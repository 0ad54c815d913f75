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
/** A lag that changes by more than this is no loss yet: this process is behind, and catches up or falls back. */
const STEADY_MS = 200;
/** Stamps are told apart where their second changes, which is known to a block's length. */
const STAMP_MS = 200;

interface Bucket {
  readonly index: number;
  leastLag: number;
  /** Stamp of the first sample as the newest stamp has it, ms. */
  readonly origin: number | undefined;
}

/**
 * Finds audio that went missing between the device and this program with no error: a sound server that overflowed
 * while this process was held up. The samples then count less time than the monotonic clock, from there on for good.
 *
 * A process that is starved reads what was queued so slowly that it seems to come as it is captured. So the lag must
 * not only be there but stay as it is, and the stamps that the audio got when it was captured must have a gap, too.
 */
export class SampleClockAudit {
  readonly #sampleRate: number;
  #buckets: Bucket[] = [];
  #samples = 0;
  #startedAt: number | undefined;
  #stamp: number | undefined;
  #origin: number | undefined;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /**
   * Counts a block; returns how much audio is missing, once it is certain. `awaited`: the block was not in the queue
   * yet when it was asked for; only then does its arrival say when it was captured. `stamp`: when it was captured, in
   * whole seconds of any clock.
   */
  add(samples: number, arrivedAt: Millis, awaited: boolean, stamp?: number): Millis | undefined {
    this.#look(stamp);
    this.#samples += samples;
    this.#startedAt ??= arrivedAt;
    if (!awaited || arrivedAt - this.#startedAt < SETTLE_MS) return undefined;
    const lag = arrivedAt - this.#startedAt - this.#ms;
    const index = Math.floor(arrivedAt / BUCKET_MS);
    const last = this.#buckets.at(-1);
    if (last?.index === index) {
      last.leastLag = Math.min(last.leastLag, lag);
      return undefined;
    }
    this.#buckets.push({ index, leastLag: lag, origin: this.#origin });
    return this.#missing();
  }

  /** So much audio is known to be missing before what comes next. */
  skip(samples: number): void {
    this.#samples += samples;
  }

  /** Of what was counted. */
  get #ms(): number {
    return (this.#samples * 1000) / this.#sampleRate;
  }

  #look(stamp: number | undefined): void {
    if (stamp !== undefined && this.#stamp !== undefined && stamp !== this.#stamp) {
      this.#origin = stamp * 1000 - this.#ms;
    }
    this.#stamp = stamp;
  }

  /** The newest bucket has just begun and is left out. */
  #missing(): Millis | undefined {
    const complete = this.#buckets.slice(0, -1);
    const recent = complete.slice(-RECENT_BUCKETS);
    const earlier = complete.slice(0, -RECENT_BUCKETS);
    const missing = earlier.length > 0 ? least(recent) - least(earlier) : 0;
    const isCertain = missing > THRESHOLD_MS && isSteady(recent) && areStampsApart(earlier, this.#origin);
    if (isCertain) {
      // What comes next is compared with what comes from now on.
      this.#buckets = [];
      return millis(missing);
    }
    if (this.#buckets.length > RECENT_BUCKETS + EARLIER_BUCKETS + 1) {
      // What a lag is compared with is kept until it is known what the lag is.
      this.#buckets.splice(missing > THRESHOLD_MS ? earlier.length : 0, 1);
    }
    return undefined;
  }
}

function least(buckets: readonly Bucket[]): number {
  return Math.min(...buckets.map(({ leastLag }) => leastLag));
}

function isSteady(buckets: readonly Bucket[]): boolean {
  return Math.max(...buckets.map(({ leastLag }) => leastLag)) - least(buckets) < STEADY_MS;
}

/** True as well where stamps do not tell the time, or where there are none. */
function areStampsApart(earlier: readonly Bucket[], origin: number | undefined): boolean {
  const origins = earlier.flatMap((bucket) => bucket.origin ?? []);
  if (origin === undefined || origins.length === 0) return true;
  const newest = Math.max(...origins);
  return newest - Math.min(...origins) > STAMP_MS || origin - newest > THRESHOLD_MS - STAMP_MS;
}
