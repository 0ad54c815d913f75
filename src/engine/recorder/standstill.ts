import type { Clock } from '../../shared/ports/clock.ts';
import { type Millis, millis } from '../../shared/units.ts';

/** The computer slept, or this process stood still, when it takes more than this beyond what is due. */
const LEAST_SLEEP_MS = 1000;
const LEAST_STANDSTILL_MS = 5000;

/** A time in which this process did nothing; wall clock. */
export interface Standstill {
  /** `asleep`: the computer was. `stopped`: only this process was, or it was starved by others. */
  readonly kind: 'asleep' | 'stopped';
  readonly from: Millis;
  readonly to: Millis;
}

/**
 * Notices that the computer was asleep, or that this process was stopped. A clock that somebody sets is neither: what
 * tells is the time that the system itself counts as sleep, and the monotonic clock.
 */
export class StandstillWatch {
  readonly #clock: Clock;
  #wall: Millis;
  #monotonic: Millis;
  #asleepMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
    this.#asleepMs = clock.asleepMs?.() ?? 0;
  }

  /** Call it once a second, and whenever something looks as if time had passed. */
  look(): Standstill | undefined {
    const from = this.#wall;
    const passedMs = this.#clock.monotonic() - this.#monotonic;
    const asleepMs = this.#clock.asleepMs?.() ?? 0;
    const sleptMs = asleepMs - this.#asleepMs;
    this.#wall = this.#clock.now();
    this.#monotonic = this.#clock.monotonic();
    this.#asleepMs = asleepMs;
    if (sleptMs > LEAST_SLEEP_MS) return { kind: 'asleep', from, to: this.#wall };
    if (passedMs > LEAST_STANDSTILL_MS) return { kind: 'stopped', from: millis(this.#wall - passedMs), to: this.#wall };
    return undefined;
  }
}
