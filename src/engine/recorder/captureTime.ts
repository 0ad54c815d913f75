import type { Clock } from '../../shared/ports/clock.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { SampleClock } from './sampleClock.ts';

/** The wall clock was set when it moves by more than this against the monotonic clock between two blocks. */
const CLOCK_STEP_MS = 1000;
/** A stream that claims more audio than real time has room for is not believed. */
const MOST_AHEAD_MS = 10_000;

/** So much audio may be missing unnoticed. */
const LEAST_HOLE_MS = 1000;
/** So much slower than the computer's clock may an input be by itself. */
const CLOCK_TOLERANCE = 0.001;
/**
 * Once a recording has begun, what is learnt of when its audio was captured moves the times of what comes by so much of
 * its length: a station that was late and catches up must not make one recording seconds longer or shorter.
 */
const SLEW = 0.05;

/** When the samples of one connection were captured. */
export class CaptureTime {
  readonly #clock: Clock;
  readonly #samples: SampleClock;
  /** Hz. */
  readonly #rate: number;
  /** Where the first sample was, ms on the monotonic clock, as far as it was known at its best. */
  #origin = Number.POSITIVE_INFINITY;
  /** Monotonic; since when {@link #origin} counts. */
  #originAt = 0;
  /** Where times count the first sample, ms on the monotonic clock. */
  #base = Number.POSITIVE_INFINITY;
  #settled = false;
  #observedTo = 0;
  /** When the last audio arrived, monotonic; not known before the first. */
  #arrivedAt = Number.POSITIVE_INFINITY;
  /** Wall clock less monotonic clock. */
  #wallOffset: number;

  constructor(clock: Clock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
    this.#samples = new SampleClock(rate);
    this.#wallOffset = clock.now() - clock.monotonic();
  }

  /**
   * Keeps wall-clock times true: small corrections are followed at once. Returns by how much the clock was set since the
   * last call, ms, or nothing; {@link follow} takes it over.
   */
  step(): number | undefined {
    const step = this.#clock.now() - this.#clock.monotonic() - this.#wallOffset;
    if (Math.abs(step) > CLOCK_STEP_MS) return step;
    this.#wallOffset += step;
    return undefined;
  }

  /** From now on times are those of the clock as it is set now. */
  follow(): void {
    this.#wallOffset = this.#clock.now() - this.#clock.monotonic();
  }

  /**
   * True when the audio up to sample number `sample` can have been captured by now. Servers are ahead by a few seconds
   * at most.
   */
  allows(sample: number): boolean {
    return this.monotonicTime(sample) <= this.#clock.monotonic() + MOST_AHEAD_MS;
  }

  /** From now on times change but slowly. */
  settle(): void {
    this.#settled = true;
  }

  /**
   * The samples before number `sampleEnd` had all arrived at `arrivedAt`, a monotonic instant. Returns whether audio is
   * missing before them: a stream that stood still and never caught up is noticed within a minute.
   */
  observe(sampleEnd: number, arrivedAt: Millis): boolean {
    this.#samples.observe(sampleEnd, arrivedAt);
    this.#arrivedAt = arrivedAt;
    const origin = this.#samples.timeOf(0);
    const missing = origin - this.#origin > LEAST_HOLE_MS + (arrivedAt - this.#originAt) * CLOCK_TOLERANCE;
    if (missing || origin < this.#origin) {
      this.#origin = origin;
      this.#originAt = arrivedAt;
    }
    const most = this.#settled && !missing ? this.#ms(Math.max(0, sampleEnd - this.#observedTo)) * SLEW : Infinity;
    this.#base = Number.isFinite(most) ? this.#base + within(origin - this.#base, most) : origin;
    this.#observedTo = sampleEnd;
    return missing;
  }

  /** Wall-clock instant at which sample number `sample` was captured. */
  wallTime(sample: number): Millis {
    return millis(this.monotonicTime(sample) + this.#wallOffset);
  }

  /**
   * Where the audio before sample number `sample`, which has arrived, ends in wall-clock time. A burst that came late
   * leaves the times of a recording behind it late, but nothing was captured after it arrived.
   */
  endTime(sample: number): Millis {
    return millis(Math.min(this.monotonicTime(sample), this.#arrivedAt) + this.#wallOffset);
  }

  /** Monotonic instant at which sample number `sample` was captured. */
  monotonicTime(sample: number): Millis {
    return millis(this.#base + this.#ms(sample));
  }

  /** Sample frames from number `sample` to the wall-clock instant `at`; 0 when it is over. */
  samplesUntil(at: Millis, sample: number): number {
    return this.#count(at - this.wallTime(sample));
  }

  /** The same to an instant of the monotonic clock. */
  samplesUntilMonotonic(at: Millis, sample: number): number {
    return this.#count(at - this.monotonicTime(sample));
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#rate;
  }

  #count(ms: number): number {
    return Math.max(0, Math.ceil((ms * this.#rate) / 1000));
  }
}

/** `value`, but not further from 0 than `most`. */
function within(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}
