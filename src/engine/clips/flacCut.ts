import type { Block } from '../containers/block.ts';
import { concat } from '../containers/bytes.ts';
import type { FlacLibrary } from '../containers/flac/flacEncoder.ts';
import type { FlacFormat } from '../containers/flac/flacParser.ts';
import { SHORTEST_BLOCK, type FlacSamples, decodeFrames, encodeFrames } from '../containers/flac/flacSamples.ts';
import type { Stretch } from './bounds.ts';
import type { UnitRun } from './units/unitFile.ts';

/**
 * Frames for exactly the sample frames of a stretch. Whole frames stay as they are; what the stretch cuts through is
 * encoded anew, without loss, and so is a frame that would be too short to stand before others.
 */
export class FlacTrimmer {
  readonly #library: FlacLibrary;
  readonly #format: FlacFormat;
  readonly #stretch: Stretch;
  /** Samples that wait for more. */
  #short: FlacSamples | undefined;

  constructor(library: FlacLibrary, format: FlacFormat, stretch: Stretch) {
    this.#library = library;
    this.#format = format;
    this.#stretch = stretch;
  }

  /** Takes the next frames of the stretch. */
  take({ start, block }: Pick<UnitRun, 'start' | 'block'>): Block {
    const blocks: Block[] = [];
    let position = start;
    let at = 0;
    for (const { bytes, samples } of block.frames ?? []) {
      const frame = block.bytes.subarray(at, at + bytes);
      const from = Math.max(0, this.#stretch.from - position);
      const to = Math.min(samples, this.#stretch.to - position);
      if (from < to) blocks.push(this.#trim(frame, { from, to, samples, isLast: position + to === this.#stretch.to }));
      position += samples;
      at += bytes;
    }
    return joinBlocks(blocks);
  }

  #trim(
    frame: Uint8Array,
    { from, to, samples, isLast }: Stretch & { readonly samples: number; readonly isLast: boolean },
  ): Block {
    const isShort = to - from < SHORTEST_BLOCK && !isLast;
    if (from === 0 && to === samples && !isShort && !this.#short) {
      return { bytes: frame, samples, frames: [{ bytes: frame.length, samples }] };
    }
    const { channels } = this.#format;
    const decoded = decodeFrames(this.#library, this.#format, frame);
    const own = decoded.values.slice(from * channels, to * channels);
    const waiting = this.#short?.values ?? new Int32Array(0);
    const values = new Int32Array(waiting.length + own.length);
    values.set(waiting);
    values.set(own, waiting.length);
    const all = { values, count: values.length / channels };
    this.#short = all.count < SHORTEST_BLOCK && !isLast ? all : undefined;
    if (this.#short) return { bytes: new Uint8Array(0), samples: 0, frames: [] };
    return encodeFrames(this.#library, this.#format, all);
  }
}

function joinBlocks(blocks: readonly Block[]): Block {
  return {
    bytes: concat(
      blocks.map(({ bytes }) => bytes),
      blocks.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ),
    samples: blocks.reduce((sum, { samples }) => sum + samples, 0),
    frames: blocks.flatMap(({ frames = [] }) => frames),
  };
}
