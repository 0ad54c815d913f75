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
  /** Of the last frames, at their number modulo the length. */
  readonly #hashes = new Int32Array(LONGEST_PERIOD);
  /** Where each of them came last. */
  readonly #places = new Map<number, number>();
  #count = 0;
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
      // Below 2^31 a number needs no memory of its own.
      this.#take(crc32(content) | 0, frame.samples);
      at += frame.bytes;
    }
  }

  #take(hash: number, samples: number): void {
    const number = this.#count;
    if (this.#period !== undefined && this.#hashes[(number - this.#period) % LONGEST_PERIOD] === hash) {
      this.#samples += samples;
    } else {
      const last = this.#places.get(hash);
      this.#period = last === undefined ? undefined : number - last;
      this.#samples = this.#period === undefined ? 0 : samples;
    }
    this.#forget(number - LONGEST_PERIOD);
    this.#hashes[number % LONGEST_PERIOD] = hash;
    this.#places.set(hash, number);
    this.#count += 1;
  }

  #forget(number: number): void {
    const hash = this.#hashes[number % LONGEST_PERIOD] ?? 0;
    if (this.#places.get(hash) === number) this.#places.delete(hash);
  }
}
