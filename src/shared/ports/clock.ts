import type { Millis } from '../units.ts';

/** Time, as a port: tests turn it. */
export interface Clock {
  /** Wall clock, ms since 1970 UTC. It may jump in either direction. */
  now(): Millis;
  /** Never goes back; ms since an arbitrary origin, sub-millisecond. */
  monotonic(): Millis;
  /**
   * How long the computer has slept since an arbitrary instant, ms. Absent where the system does not tell, or where its
   * monotonic clock counts sleep as time.
   */
  asleepMs?(): number;
  /** Names this start of the computer, as long as it runs. Absent where the system does not tell. */
  bootId?(): string;
  /** Minutes east of UTC of local time at the instant `at` (ms since 1970 UTC). */
  offsetMinutes(at: Millis): number;
  /** IANA name of the local zone. */
  zone(): string;
}
