import { type AacFormat, rawBlocks, SAMPLES_PER_BLOCK } from '../adts.ts';
import type { Block } from '../block.ts';
import { concat } from '../bytes.ts';
import { fragment, segmentType } from './fragment.ts';
import { initSegment } from './initSegment.ts';

export interface Fmp4Options {
  /** Raw blocks of 1024 sample frames in each fragment but the last of a segment or of all, 1 or more. */
  readonly blocksPerFragment: number;
  /** Sample frames at the start that are not played; 0 when absent. */
  readonly priming?: number;
  /** Where a movie goes on that was begun before; at its start when absent. */
  readonly from?: MoviePlace;
}

export interface MoviePlace {
  /** Sample frames in the fragments so far, whole blocks of 1024. */
  readonly samples: number;
  /** Fragments so far. */
  readonly fragments: number;
}

/** A run of whole fragments, as one file of a playlist holds it. */
export interface MediaSegment {
  readonly bytes: Uint8Array;
  /** Sample frames from the start of the movie. */
  readonly start: number;
  readonly samples: number;
}

const NOTHING = new Uint8Array(0);

/**
 * Puts frames of AAC from ADTS into an MP4 of fragments, without changing them. What comes out depends on the frames
 * alone, not on how they were grouped when they came in: written again, it is the same bytes. Use {@link write} and
 * {@link end} for one stream of bytes, or {@link cut} for segments.
 */
export class Fmp4Writer {
  readonly #blocksPerFragment: number;
  readonly #init: Uint8Array;
  #waiting: Uint8Array[] = [];
  #place: MoviePlace;

  constructor(format: AacFormat, { blocksPerFragment, priming = 0, from }: Fmp4Options) {
    this.#blocksPerFragment = blocksPerFragment;
    this.#place = from ?? { samples: 0, fragments: 0 };
    this.#init = initSegment(format, priming);
  }

  /** What the stream begins with, and every listener to segments gets first. */
  init(): Uint8Array {
    return this.#init.slice();
  }

  /** Where the next fragment begins. */
  get place(): MoviePlace {
    return this.#place;
  }

  /** Sample frames that wait for their fragment. */
  get waitingSamples(): number {
    return this.#waiting.length * SAMPLES_PER_BLOCK;
  }

  /**
   * Takes whole ADTS frames and returns the fragments that became complete, back to back. Throws FORMAT_UNSUPPORTED for
   * a frame that cannot be taken apart.
   */
  write(block: Block): Uint8Array {
    this.push(block);
    const done: Uint8Array[] = [];
    while (this.#waiting.length >= this.#blocksPerFragment) done.push(this.#fragment());
    return joined(done);
  }

  /** The fragment of what is left; empty when nothing is. */
  end(): Uint8Array {
    return this.#waiting.length > 0 ? this.#fragment() : NOTHING;
  }

  /** Takes whole ADTS frames for a later {@link cut}. Throws FORMAT_UNSUPPORTED as {@link write} does. */
  push({ bytes, frames = [] }: Block): void {
    let at = 0;
    for (const frame of frames) {
      // The caller's memory may be used again.
      for (const raw of rawBlocks(bytes.subarray(at, at + frame.bytes))) this.#waiting.push(raw.slice());
      at += frame.bytes;
    }
  }

  /** A segment of what waits, at most `samples` sample frames of it but one block; undefined when nothing waits. */
  cut(samples = Infinity): MediaSegment | undefined {
    if (this.#waiting.length === 0) return undefined;
    const start = this.#place.samples;
    let left = Math.max(1, Math.min(this.#waiting.length, Math.floor(samples / SAMPLES_PER_BLOCK)));
    const parts = [segmentType()];
    while (left > 0) {
      const blocks = Math.min(left, this.#blocksPerFragment);
      parts.push(this.#fragment(blocks));
      left -= blocks;
    }
    return { bytes: joined(parts), start, samples: this.#place.samples - start };
  }

  #fragment(most = this.#blocksPerFragment): Uint8Array {
    const blocks = this.#waiting.splice(0, most);
    const { samples, fragments } = this.#place;
    const bytes = fragment({ sequence: fragments + 1, decodeTime: samples, blocks });
    this.#place = { samples: samples + blocks.length * SAMPLES_PER_BLOCK, fragments: fragments + 1 };
    return bytes;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return concat(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
}
