import type { Block } from './block.ts';
import { LEVEL_WINDOWS_PER_SECOND } from './levels.ts';
import { checkPcm, type PcmFormat } from './pcm.ts';

/** So many full-scale samples in a row are clipping; a single one may be a peak that just fits. */
const RUN = 3;

/**
 * Counts windows of 100 ms of PCM in which some channel holds a run of full-scale samples. A sample is full-scale when
 * its size is the largest that 16 bits (or 24, where it has more) can tell.
 */
export class ClipCounter {
  readonly #bytesPerSample: number;
  readonly #channels: number;
  readonly #windowSamples: number;
  readonly #isFloat: boolean;
  /** Per channel: sample frame after the last full-scale sample, and how many came in a row until then. */
  readonly #after: Float64Array;
  readonly #runs: Float64Array;
  /** Sample frames before the present block. */
  #position = 0;
  #lastWindow = -1;

  /** Throws a RangeError for other than 16, 24 and 32 bits. */
  constructor(format: PcmFormat) {
    checkPcm(format);
    this.#bytesPerSample = format.bitDepth / 8;
    this.#channels = format.channels;
    this.#windowSamples = Math.max(1, Math.floor(format.sampleRate / LEVEL_WINDOWS_PER_SECOND));
    this.#isFloat = format.float === true;
    this.#after = new Float64Array(format.channels).fill(-1);
    this.#runs = new Float64Array(format.channels);
  }

  /** Returns how many windows turned out to be clipped. */
  push({ bytes, samples }: Block): number {
    const size = this.#bytesPerSample;
    let clipped = 0;
    // The upper byte of nearly every sample tells that it is not full-scale.
    for (let top = size - 1, index = 0; top < bytes.length; top += size, index += 1) {
      const upper = bytes[top] ?? 0;
      if (this.#isFloat ? (upper & 0x7f) < 0x3f : upper !== 0x7f && upper !== 0x80) continue;
      if (this.#isFullScale(bytes, top) && this.#extendRun(index)) clipped += 1;
    }
    this.#position += samples;
    return clipped;
  }

  #isFullScale(bytes: Uint8Array, top: number): boolean {
    const upper = bytes[top] ?? 0;
    const second = bytes[top - 1] ?? 0;
    if (this.#isFloat) return (upper & 0x7f) > 0x3f || second >= 0x80;
    if (upper === 0x7f) return second === 0xff && (this.#bytesPerSample < 3 || bytes[top - 2] === 0xff);
    // The lowest number, or the one above it, which converters that are symmetric end at.
    if (this.#bytesPerSample === 2) return second <= 1;
    return second === 0 && (bytes[top - 2] ?? 0) <= 1;
  }

  /** Takes the full-scale sample at `index` of the block; tells whether its window is newly clipped. */
  #extendRun(index: number): boolean {
    const channel = index % this.#channels;
    const frame = this.#position + Math.floor(index / this.#channels);
    const run = this.#after[channel] === frame ? (this.#runs[channel] ?? 0) + 1 : 1;
    this.#after[channel] = frame + 1;
    this.#runs[channel] = run;
    const window = Math.floor(frame / this.#windowSamples);
    if (run < RUN || window === this.#lastWindow) return false;
    this.#lastWindow = window;
    return true;
  }
}
