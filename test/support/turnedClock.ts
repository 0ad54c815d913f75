import type { Clock } from '../../src/shared/ports/clock.ts';
import { type Millis, millis } from '../../src/shared/units.ts';

/** A clock that a test turns: time passes only by {@link advance}, and wall time can be set apart from it. */
export class TurnedClock implements Clock {
  readonly #zone: string;
  readonly #format: Intl.DateTimeFormat;
  #monotonic = 1000;
  #wallOffset: number;
  #asleep = 0;

  /** `start`: ISO instant of the wall clock; `zone`: IANA name. */
  constructor(start: string, zone = 'UTC') {
    this.#zone = zone;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    this.#wallOffset = Date.parse(start) - this.#monotonic;
  }

  now(): Millis {
    return millis(this.#monotonic + this.#wallOffset);
  }

  monotonic(): Millis {
    return millis(this.#monotonic);
  }

  offsetMinutes(at: Millis): number {
    const name = this.#format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const found = /GMT([+-])(\d\d):(\d\d)/.exec(name);
    return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
  }

  zone(): string {
    return this.#zone;
  }

  advance(ms: number): void {
    this.#monotonic += ms;
  }

  asleepMs(): number {
    return this.#asleep;
  }

  bootId(): string {
    return 'this-boot';
  }

  /** The computer sleeps: wall time goes on, the monotonic clock stands. */
  sleep(ms: number): void {
    this.#wallOffset += ms;
    this.#asleep += ms;
  }

  /** Somebody sets the clock: wall time jumps by `ms`, nothing else does. */
  setWall(ms: number): void {
    this.#wallOffset += ms;
  }
}

export const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  scoped: () => silentLog,
};
