import { crc32 } from 'node:zlib';
import type { Block } from '../containers/block.ts';

/** Longest passage that is found, coded frames: about 12 s. */
const LONGEST_PERIOD = 512;
/** At the beginning of a frame, bytes: its header, which may count; and at its end: padding, or a check over both. */
const HEADER_BYTES = 16;
const FOOTER_BYTES = 2;

/**
 * Finds coded audio that repeats a passage of two frames or more: a relay or an encoder that hangs. One frame again
 * and again is how silence is coded, and no such passage.
 */
export class FrameRepeats {
  readonly #sampleRate: number;
  readonly #hashes: number[] = [];
  #period: number | undefined;
  #samples = 0;

  /** `sampleRate`: Hz. */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** How long the audio has been a repetition of itself, ms. */
  get repeatedMs(): number {
    if (this.#period === undefined || this.#period === 1) return 0;
    return (this.#samples / this.#sampleRate) * 1000;
  }

  push({ bytes, frames }: Block): void {
    let at = 0;
    for (const frame of frames ?? []) {
      const content = bytes.subarray(at + HEADER_BYTES, at + frame.bytes - FOOTER_BYTES);
      this.#take(crc32(content), frame.samples);
      at += frame.bytes;
    }
  }

  #take(hash: number, samples: number): void {
    const hashes = this.#hashes;
    if (this.#period !== undefined && hashes[hashes.length - this.#period] === hash) this.#samples += samples;
    else {
      const last = hashes.lastIndexOf(hash);
      this.#period = last < 0 ? undefined : hashes.length - last;
      this.#samples = this.#period === undefined ? 0 : samples;
    }
    hashes.push(hash);
    if (hashes.length > LONGEST_PERIOD * 2) hashes.splice(0, LONGEST_PERIOD);
  }
}
