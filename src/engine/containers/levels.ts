import { dbfs, type Dbfs } from '../../shared/units.ts';
import type { Block } from './block.ts';
import { checkPcm, frameBytesOf, fullScaleOf, type PcmFormat, samplesOf } from './pcm.ts';

/** Level windows in a second. */
export const LEVEL_WINDOWS_PER_SECOND = 10;

/** Levels of 100 ms of audio, one value per channel. */
export interface LevelWindow {
  /** Highest absolute sample. */
  readonly peak: readonly Dbfs[];
  /** Square root of the mean square; a full-scale sine has -3.01 dBFS. */
  readonly rms: readonly Dbfs[];
}

/**
 * Measures consecutive PCM blocks in windows of 100 ms: window n holds the sample frames from floor(n * rate / 10) to
 * floor((n + 1) * rate / 10), exclusive.
 */
export class LevelMeter {
  readonly #format: PcmFormat;
  readonly #frameBytes: number;
  readonly #fullScale: number;
  readonly #peaks: Float64Array;
  readonly #squares: Float64Array;
  #window = 0;
  #filled = 0;

  /** Throws a RangeError for other than 16, 24 and 32 bits. */
  constructor(format: PcmFormat) {
    checkPcm(format);
    this.#format = format;
    this.#frameBytes = frameBytesOf(format);
    this.#fullScale = fullScaleOf(format);
    this.#peaks = new Float64Array(format.channels);
    this.#squares = new Float64Array(format.channels);
  }

  /** Returns the windows that this block completed, in order. */
  push(block: Block): readonly LevelWindow[] {
    const windows: LevelWindow[] = [];
    for (let done = 0; done < block.samples;) {
      const count = Math.min(block.samples - done, this.#windowSamples() - this.#filled);
      this.#add(block.bytes.subarray(done * this.#frameBytes, (done + count) * this.#frameBytes));
      done += count;
      this.#filled += count;
      if (this.#filled === this.#windowSamples()) windows.push(this.#finish());
    }
    return windows;
  }

  /** Forgets an unfinished window: what comes next does not follow what came before. */
  reset(): void {
    this.#filled = 0;
    this.#peaks.fill(0);
    this.#squares.fill(0);
  }

  /** Of the present window; they differ by one where the rate is no multiple of ten. */
  #windowSamples(): number {
    const perWindow = this.#format.sampleRate / LEVEL_WINDOWS_PER_SECOND;
    return Math.floor((this.#window + 1) * perWindow) - Math.floor(this.#window * perWindow);
  }

  #add(bytes: Uint8Array): void {
    const samples = samplesOf(bytes, this.#format);
    const { channels } = this.#format;
    for (let channel = 0; channel < channels; channel += 1) {
      let peak = this.#peaks[channel] ?? 0;
      let squares = this.#squares[channel] ?? 0;
      for (let index = channel; index < samples.length; index += channels) {
        const value = samples[index] ?? 0;
        squares += value * value;
        const size = value < 0 ? -value : value;
        if (size > peak) peak = size;
      }
      this.#peaks[channel] = peak;
      this.#squares[channel] = squares;
    }
  }

  #finish(): LevelWindow {
    const count = this.#windowSamples();
    const window = {
      peak: Array.from(this.#peaks, (peak) => dbfs(peak / this.#fullScale)),
      rms: Array.from(this.#squares, (squares) => dbfs(Math.sqrt(squares / count) / this.#fullScale)),
    };
    // Ten windows make a whole second again, so the number stays small for months.
    this.#window = (this.#window + 1) % LEVEL_WINDOWS_PER_SECOND;
    this.reset();
    return window;
  }
}
