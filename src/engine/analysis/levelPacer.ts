import type { Dbfs } from '../../shared/units.ts';
import type { LevelWindow } from '../containers/levels.ts';

/** Windows that may wait: one second. */
const MAX_WAITING = 10;

/**
 * Turns windows that come in bursts into one every 100 ms. When more than a second waits, the oldest are left out and
 * only their peaks are kept, so that the meter never lags and no clipping goes unseen.
 */
export class LevelPacer {
  #waiting: LevelWindow[] = [];

  push(windows: readonly LevelWindow[]): void {
    this.#waiting.push(...windows);
    const surplus = this.#waiting.splice(0, Math.max(0, this.#waiting.length - MAX_WAITING));
    const [next, ...rest] = this.#waiting;
    if (surplus.length > 0 && next) this.#waiting = [surplus.reduce(keepPeaks, next), ...rest];
  }

  /** The window that is due now; call it every 100 ms. */
  take(): LevelWindow | undefined {
    return this.#waiting.shift();
  }
}

function keepPeaks(kept: LevelWindow, dropped: LevelWindow): LevelWindow {
  return {
    peak: kept.peak.map((peak, channel) => Math.max(peak, dropped.peak[channel] ?? peak) as Dbfs),
    rms: kept.rms,
  };
}
