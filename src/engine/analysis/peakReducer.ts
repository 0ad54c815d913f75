import type { PeakPairs } from '../containers/scan/pcmScan.ts';

/** Draws a known number of windows together to at most `points`: the lowest of the lowest, the highest of the highest. */
export class PeakReducer {
  readonly #windows: number;
  readonly #lowest: Int16Array;
  readonly #highest: Int16Array;
  #taken = 0;

  constructor(windows: number, points: number) {
    this.#windows = windows;
    const groups = Math.min(windows, points);
    this.#lowest = new Int16Array(groups).fill(32_767);
    this.#highest = new Int16Array(groups).fill(-32_768);
  }

  push(pairs: PeakPairs): void {
    const groups = this.#lowest.length;
    for (let at = 0; at + 1 < pairs.length && this.#taken < this.#windows; at += 2) {
      const group = Math.floor((this.#taken * groups) / this.#windows);
      const [low, high] = [pairs[at] ?? 0, pairs[at + 1] ?? 0];
      if (low < (this.#lowest[group] ?? 0)) this.#lowest[group] = low;
      if (high > (this.#highest[group] ?? 0)) this.#highest[group] = high;
      this.#taken += 1;
    }
  }

  /** min0, max0, min1, max1, ...; -1 to 1. */
  result(): number[] {
    return Array.from({ length: 2 * this.#lowest.length }, (_, index) => {
      const side = index % 2 === 0 ? this.#lowest : this.#highest;
      return (side[index >> 1] ?? 0) / 32_768;
    });
  }
}
