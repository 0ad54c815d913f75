import type { Clock } from '../../../shared/ports/clock.ts';
import { DataWatchdog, WATCHDOG_CHECK_MS, type WatchdogLimits } from '../soundcard/dataWatchdog.ts';

/** Aborts when no audio comes: bytes alone, such as headers without end or one byte a second, are no stream. */
export class QuietStream {
  readonly #watchdog: DataWatchdog;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;
  #expired = false;

  constructor(clock: Pick<Clock, 'monotonic'>, wanted: AbortSignal, limits: WatchdogLimits) {
    this.#watchdog = new DataWatchdog(clock, limits);
    this.signal = AbortSignal.any([wanted, this.#abort.signal]);
    this.#timer = setInterval(() => {
      if (!this.#watchdog.expired()) return;
      this.#expired = true;
      this.#abort.abort();
    }, WATCHDOG_CHECK_MS);
  }

  /** It ended the stream, and not whoever wanted it. */
  get expired(): boolean {
    return this.#expired;
  }

  feed(): void {
    this.#watchdog.feed();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
