import type { Clock } from '../../../shared/ports/clock.ts';

/** How often {@link DataWatchdog.expired} is to be asked. */
export const WATCHDOG_CHECK_MS = 250;

export interface WatchdogLimits {
  /** For the first data: a sound server may take seconds to begin. */
  readonly firstMs: number;
  readonly nextMs: number;
}

/**
 * Tells when a device has gone quiet. A pulled cable often ends PortAudio's thread with no word, so the absence of
 * data is the only sign. Time in which this process itself did not run is not held against the device.
 */
export class DataWatchdog {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #limits: WatchdogLimits;
  #quietSince: number;
  #checkedAt: number;
  #fed = false;

  constructor(clock: Pick<Clock, 'monotonic'>, limits: WatchdogLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#quietSince = this.#checkedAt = clock.monotonic();
  }

  /** Data came. */
  feed(): void {
    this.#fed = true;
    this.#quietSince = this.#clock.monotonic();
  }

  expired(): boolean {
    const now = this.#clock.monotonic();
    const heldUp = now - this.#checkedAt - WATCHDOG_CHECK_MS;
    if (heldUp > WATCHDOG_CHECK_MS) this.#quietSince = Math.min(now, this.#quietSince + heldUp);
    this.#checkedAt = now;
    return now - this.#quietSince > (this.#fed ? this.#limits.nextMs : this.#limits.firstMs);
  }
}
