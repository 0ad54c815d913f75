import type { PcmFormat } from '../containers/levels.ts';

/** Windows in a second of audio: one is about a pixel when a minute fills a large screen. */
export const PEAK_WINDOWS_PER_SECOND = 50;

/** The lowest and highest sample of windows, of all channels together: min0, max0, min1, max1, ...; 16 bit. */
export type PeakPairs = Int16Array;

/**
 * Finds the peaks of consecutive PCM. Window n holds the sample frames from floor(n * rate / 50) to
 * floor((n + 1) * rate / 50), exclusive. Of 24 bit the upper 16 are kept.
 */
export class PeakBuilder {
  readonly #format: PcmFormat;
  readonly #frameBytes: number;
  #lowest = LARGEST;
  #highest = SMALLEST;
  #windows = 0;
  #frames = 0;

  /** Takes 16 and 24 bit; throws a RangeError for others. */
  constructor(format: PcmFormat) {
    if (format.bitDepth !== 16 && format.bitDepth !== 24) {
      throw new RangeError(`Peaks need 16 or 24 bits, not ${format.bitDepth}.`);
    }
    this.#format = format;
    this.#frameBytes = format.channels * (format.bitDepth / 8);
  }

  /** Sample frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Takes whole sample frames; returns the windows that they completed. */
  push(bytes: Uint8Array): PeakPairs {
    const count = Math.floor(bytes.length / this.#frameBytes);
    const pairs = new Int16Array(2 * this.#windowsWithin(this.#frames + count));
    let done = 0;
    for (let written = 0; done < count;) {
      const part = Math.min(count - done, this.#windowEnd() - this.#frames);
      this.#scan(bytes.subarray(done * this.#frameBytes, (done + part) * this.#frameBytes));
      done += part;
      this.#frames += part;
      if (this.#frames < this.#windowEnd()) break;
      pairs[written] = this.#lowest;
      pairs[written + 1] = this.#highest;
      written += 2;
      this.#next();
    }
    return pairs;
  }

  /** The last window, which may be shorter; empty when there is none. */
  end(): PeakPairs {
    if (this.#lowest > this.#highest) return new Int16Array(0);
    const pairs = Int16Array.of(this.#lowest, this.#highest);
    this.#next();
    return pairs;
  }

  /** How many more windows are complete once there are `frames` sample frames in all. */
  #windowsWithin(frames: number): number {
    let windows = Math.floor((frames * PEAK_WINDOWS_PER_SECOND) / this.#format.sampleRate) + 1;
    while (windows > 0 && this.#endOf(windows - 1) > frames) windows -= 1;
    return windows - this.#windows;
  }

  #windowEnd(): number {
    return this.#endOf(this.#windows);
  }

  #endOf(window: number): number {
    return Math.floor(((window + 1) * this.#format.sampleRate) / PEAK_WINDOWS_PER_SECOND);
  }

  #next(): void {
    this.#windows += 1;
    this.#lowest = LARGEST;
    this.#highest = SMALLEST;
  }

  #scan(bytes: Uint8Array): void {
    if (this.#format.bitDepth === 16) this.#scan16(bytes);
    else this.#scan24(bytes);
  }

  #scan16(bytes: Uint8Array): void {
    // An Int16Array reads little-endian on every system that Node runs on; it must begin at an even offset.
    const even = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
    const samples = new Int16Array(even.buffer, even.byteOffset, even.length >> 1);
    let lowest = this.#lowest;
    let highest = this.#highest;
    for (let at = 0; at < samples.length; at += 1) {
      const sample = samples[at] ?? 0;
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
    this.#lowest = lowest;
    this.#highest = highest;
  }

  #scan24(bytes: Uint8Array): void {
    let lowest = this.#lowest;
    let highest = this.#highest;
    for (let at = 2; at < bytes.length; at += 3) {
      const sample = (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at - 1] ?? 0);
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
    this.#lowest = lowest;
    this.#highest = highest;
  }
}

const LARGEST = 32_767;
const SMALLEST = -32_768;
