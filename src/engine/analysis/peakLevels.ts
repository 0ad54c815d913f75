import { PEAK_WINDOWS_PER_SECOND, type PeakPairs } from '../containers/scan/pcmScan.ts';

/** So many windows of one resolution are one of the next. */
const PEAK_STEP = 10;
/** Beside the finest: one is a pixel when an hour fills a screen, one when a day does. */
const COARSER_RESOLUTIONS = 2;

/** How many windows each resolution has, the finest first. */
export function resolutionsOf(windows: number): readonly number[] {
  const counts = [windows];
  for (let left = COARSER_RESOLUTIONS, count = windows; left > 0; left -= 1) {
    count = Math.ceil(count / PEAK_STEP);
    counts.push(count);
  }
  return counts;
}

/** The coarsest resolution that still has a window for each point; 0 is the finest. */
export function coarsestFor(secondsPerPoint: number): {
  readonly resolution: number;
  readonly windowsPerSecond: number;
} {
  let resolution = 0;
  let windowsPerSecond = PEAK_WINDOWS_PER_SECOND;
  while (resolution < COARSER_RESOLUTIONS && (secondsPerPoint * windowsPerSecond) / PEAK_STEP >= 1) {
    windowsPerSecond /= PEAK_STEP;
    resolution += 1;
  }
  return { resolution, windowsPerSecond };
}

/** Makes one coarser resolution of peaks as they come. */
class Coarser {
  #pairs = new Int16Array(1024);
  #length = 0;
  #taken = 0;

  /** Returns the windows that became complete. */
  push(pairs: PeakPairs): PeakPairs {
    const from = this.#length - (this.#taken % PEAK_STEP === 0 ? 0 : 2);
    for (let at = 0; at + 1 < pairs.length; at += 2) this.#add(pairs[at] ?? 0, pairs[at + 1] ?? 0);
    return this.#pairs.subarray(from, this.#length - (this.#taken % PEAK_STEP === 0 ? 0 : 2));
  }

  /** All windows, the last one maybe of fewer. */
  get all(): PeakPairs {
    return this.#pairs.subarray(0, this.#length);
  }

  /** All windows that no more audio changes. */
  get complete(): PeakPairs {
    return this.#pairs.subarray(0, this.#length - (this.#taken % PEAK_STEP === 0 ? 0 : 2));
  }

  /** The one that is not complete. */
  get last(): PeakPairs {
    return this.#taken % PEAK_STEP === 0 ? new Int16Array(0) : this.#pairs.subarray(this.#length - 2, this.#length);
  }

  #add(low: number, high: number): void {
    if (this.#taken % PEAK_STEP === 0) {
      if (this.#length === this.#pairs.length) {
        const larger = new Int16Array(2 * this.#length);
        larger.set(this.#pairs);
        this.#pairs = larger;
      }
      this.#pairs[this.#length] = low;
      this.#pairs[this.#length + 1] = high;
      this.#length += 2;
    } else {
      const at = this.#length - 2;
      if (low < (this.#pairs[at] ?? 0)) this.#pairs[at] = low;
      if (high > (this.#pairs[at + 1] ?? 0)) this.#pairs[at + 1] = high;
    }
    this.#taken += 1;
  }
}

/** The coarser resolutions of peaks that come in the finest. */
export class PeakLevels {
  readonly #coarser = Array.from({ length: COARSER_RESOLUTIONS }, () => new Coarser());

  push(pairs: PeakPairs): void {
    let finer = pairs;
    for (const coarser of this.#coarser) finer = coarser.push(finer);
  }

  /** Complete windows of one of them so far; 1: ten times coarser than the finest. */
  soFar(resolution: number): PeakPairs | undefined {
    return this.#coarser[resolution - 1]?.complete;
  }

  /** All windows of each, the finest of them first. No more audio comes. */
  end(): readonly PeakPairs[] {
    let rest: PeakPairs = new Int16Array(0);
    return this.#coarser.map((coarser) => {
      coarser.push(rest);
      rest = coarser.last.slice();
      return coarser.all;
    });
  }
}
