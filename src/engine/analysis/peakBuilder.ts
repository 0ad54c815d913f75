import { checkPcm, frameBytesOf, type PcmFormat, samplesOf } from '../containers/pcm.ts';

/** Windows in a second of audio: one is about a pixel when a minute fills a large screen. */
export const PEAK_WINDOWS_PER_SECOND = 50;

/** The lowest and highest sample of windows, of all channels together: min0, max0, min1, max1, ...; 16 bit. */
export type PeakPairs = Int16Array;

/**
 * Finds the peaks of consecutive PCM. Window n holds the sample frames from floor(n * rate / 50) to
 * floor((n + 1) * rate / 50), exclusive. The upper 16 bits are kept.
 */
export class PeakBuilder {
  readonly #format: PcmFormat;
  readonly #frameBytes: number;
  #lowest = LARGEST;
  #highest = SMALLEST;
  #windows = 0;
  #frames = 0;

  /** Throws a RangeError for other than 16, 24 and 32 bits. */
  constructor(format: PcmFormat) {
    checkPcm(format);
    this.#format = format;
    this.#frameBytes = frameBytesOf(format);
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
    const samples = samplesOf(bytes, this.#format);
    let lowest = Infinity;
    let highest = -Infinity;
    for (let at = 0; at < samples.length; at += 1) {
      const sample = samples[at] ?? 0;
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
    if (lowest > highest) return;
    this.#lowest = Math.min(this.#lowest, this.#sixteenBits(lowest));
    this.#highest = Math.max(this.#highest, this.#sixteenBits(highest));
  }

  #sixteenBits(sample: number): number {
    const { bitDepth, float } = this.#format;
    if (float !== true) return sample >> (bitDepth - 16);
    return Math.max(SMALLEST, Math.min(LARGEST, Math.round(sample * -SMALLEST)));
  }
}

const LARGEST = 32_767;
const SMALLEST = -32_768;
