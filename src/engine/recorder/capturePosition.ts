import type { Clock } from '../../shared/ports/clock.ts';
import type { Millis } from '../../shared/units.ts';
import { CaptureTime } from './captureTime.ts';

/** How far the capture of a connection has come: in sample frames, and in time. */
export class CapturePosition {
  readonly #clock: Clock;
  readonly #time: CaptureTime;
  /** Hz. */
  readonly rate: number;
  /** Captured at other rates before, as if it had been at this one. */
  readonly #before: number;
  #sample = 0;

  constructor(clock: Clock, rate: number, before = 0) {
    this.#clock = clock;
    this.#time = new CaptureTime(clock, rate);
    this.rate = rate;
    this.#before = before;
  }

  /** Number of the sample frame that comes next; it counts from 0, also at each new rate. */
  get sample(): number {
    return this.#sample;
  }

  /** Sample frames that have ever come, at the present rate. */
  get total(): number {
    return this.#before + this.#sample;
  }

  /** Sample frames were captured, or left out by the source. Less than 0: they come again. */
  advance(samples: number): void {
    this.#sample += samples;
  }

  /**
   * The next `samples` sample frames have arrived at `arrivedAt`, a monotonic instant. Returns whether audio is missing
   * before them, see {@link CaptureTime.observe}.
   */
  observe(samples: number, arrivedAt: Millis): boolean {
    return this.#time.observe(this.#sample + samples, arrivedAt);
  }

  /** A recording has begun: see {@link CaptureTime.settle}. */
  settle(): void {
    this.#time.settle();
  }

  /** True when `samples` more sample frames can have been captured by now. */
  allows(samples: number): boolean {
    return this.#time.allows(this.#sample + samples);
  }

  /** Wall-clock instant of the next sample frame, or of the one `delta` from it. */
  wallTime(delta = 0): Millis {
    return this.#time.wallTime(this.#sample + delta);
  }

  /** Where what has arrived ends, or the sample frame `delta` from there: see {@link CaptureTime.endTime}. */
  endTime(delta = 0): Millis {
    return this.#time.endTime(this.#sample + delta);
  }

  /** Sample frames from the next one to the wall-clock instant `at`. */
  until(at: Millis): number {
    return this.#time.samplesUntil(at, this.#sample);
  }

  /** The same to an instant of the monotonic clock. */
  untilMonotonic(at: Millis): number {
    return this.#time.samplesUntilMonotonic(at, this.#sample);
  }

  /** See {@link CaptureTime.step}. */
  step(): number | undefined {
    return this.#time.step();
  }

  follow(): void {
    this.#time.follow();
  }

  /** The same place in a count of another rate: sample frames of two rates cannot be counted together. */
  atRate(rate: number): CapturePosition {
    const position = new CapturePosition(this.#clock, rate, (this.total * rate) / this.rate);
    position.observe(0, this.#sample > 0 ? this.#time.monotonicTime(this.#sample) : this.#clock.monotonic());
    return position;
  }
}
