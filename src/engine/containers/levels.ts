import { dbfs, type Dbfs } from '../../shared/units.ts';
import type { Block } from './block.ts';

/** Level windows in a second. */
export const LEVEL_WINDOWS_PER_SECOND = 10;

/** Levels of 100 ms of audio, one value per channel. */
export interface LevelWindow {
  /** Highest absolute sample. */
  readonly peak: readonly Dbfs[];
  /** Square root of the mean square; a full-scale sine has -3.01 dBFS. */
  readonly rms: readonly Dbfs[];
}

export interface PcmFormat {
  /** Hz; a multiple of {@link LEVEL_WINDOWS_PER_SECOND}. */
  readonly sampleRate: number;
  readonly channels: number;
  /** 16 or 24. */
  readonly bitDepth: number;
}

/** Measures consecutive PCM blocks in windows of 100 ms that begin with the first sample. */
export class LevelMeter {
  readonly #channels: number;
  readonly #bytesPerSample: number;
  readonly #fullScale: number;
  readonly #windowSamples: number;
  readonly #peaks: Float64Array;
  readonly #squares: Float64Array;
  #filled = 0;

  constructor(format: PcmFormat) {
    if (format.bitDepth !== 16 && format.bitDepth !== 24) {
      throw new RangeError(`Levels need 16 or 24 bits, not ${format.bitDepth}.`);
    }
    this.#channels = format.channels;
    this.#bytesPerSample = format.bitDepth / 8;
    this.#fullScale = 2 ** (format.bitDepth - 1);
    this.#windowSamples = format.sampleRate / LEVEL_WINDOWS_PER_SECOND;
    this.#peaks = new Float64Array(format.channels);
    this.#squares = new Float64Array(format.channels);
  }

  /** Returns the windows that this block completed, in order. */
  push(block: Block): readonly LevelWindow[] {
    const windows: LevelWindow[] = [];
    for (let done = 0; done < block.samples;) {
      const count = Math.min(block.samples - done, this.#windowSamples - this.#filled);
      this.#add(block.bytes, done, count);
      done += count;
      this.#filled += count;
      if (this.#filled === this.#windowSamples) windows.push(this.#finish());
    }
    return windows;
  }

  /** Forgets an unfinished window: what comes next does not follow what came before. */
  reset(): void {
    this.#filled = 0;
    this.#peaks.fill(0);
    this.#squares.fill(0);
  }

  #add(bytes: Uint8Array, from: number, count: number): void {
    const stride = this.#channels * this.#bytesPerSample;
    const part = bytes.subarray(from * stride, (from + count) * stride);
    if (this.#bytesPerSample === 2) this.#add16(part);
    else this.#add24(part);
  }

  #add16(bytes: Uint8Array): void {
    // An Int16Array reads little-endian on every system that Electron and Node run on; it must begin at an even offset.
    const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
    const samples = new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
    for (let channel = 0; channel < this.#channels; channel += 1) {
      let peak = this.#peaks[channel] ?? 0;
      let squares = this.#squares[channel] ?? 0;
      for (let index = channel; index < samples.length; index += this.#channels) {
        const value = samples[index] ?? 0;
        squares += value * value;
        const size = value < 0 ? -value : value;
        if (size > peak) peak = size;
      }
      this.#peaks[channel] = peak;
      this.#squares[channel] = squares;
    }
  }

  #add24(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stride = this.#channels * 3;
    for (let channel = 0; channel < this.#channels; channel += 1) {
      let peak = this.#peaks[channel] ?? 0;
      let squares = this.#squares[channel] ?? 0;
      for (let at = channel * 3; at < bytes.byteLength; at += stride) {
        const value = view.getInt8(at + 2) * 65_536 + view.getUint16(at, true);
        squares += value * value;
        const size = value < 0 ? -value : value;
        if (size > peak) peak = size;
      }
      this.#peaks[channel] = peak;
      this.#squares[channel] = squares;
    }
  }

  #finish(): LevelWindow {
    const window = {
      peak: Array.from(this.#peaks, (peak) => dbfs(peak / this.#fullScale)),
      rms: Array.from(this.#squares, (squares) => dbfs(Math.sqrt(squares / this.#windowSamples) / this.#fullScale)),
    };
    this.reset();
    return window;
  }
}
