import type { Block } from '../block.ts';
import { concat } from '../bytes.ts';
import { type Comments, writeComments } from '../vorbisComment.ts';
import type { Patch } from '../wav.ts';
import type { FlacFormat } from './flacParser.ts';
import { readFlacFrameHeader, renumberFrame } from './frameHeader.ts';
import {
  BLOCK_COMMENTS,
  BLOCK_HEADER_BYTES,
  BLOCK_SEEK_TABLE,
  BLOCK_STREAM_INFO,
  STREAM_MARKER,
  metadataBlock,
  writeStreamInfo,
} from './metadata.ts';
import { SeekTable } from './seekTable.ts';

export interface FlacWriterOptions {
  readonly format: FlacFormat;
  readonly comments: Comments;
  /** Room that is reserved in the seek table, 0 to 65536 points; 18 bytes each. */
  readonly seekPoints: number;
}

interface WrittenFrame {
  /** Behind the frame, from the first frame on, bytes. */
  readonly end: number;
  readonly bytes: number;
  readonly samples: number;
}

const STREAM_INFO_AT = STREAM_MARKER.length + BLOCK_HEADER_BYTES;
/** STREAMINFO allows no size below this, and does not count the last frame (RFC 9639 8.2). */
const SMALLEST_BLOCK = 16;

/**
 * Makes a FLAC file of whole frames of any stream: numbered from 0, checks made right, audio untouched. The file is
 * `header()`, then what `write` returns. It is valid at any length, with an unknown duration; whenever `patch(n)` is
 * written to it, as were those before, its duration, sizes and seek table are those of the frames in the first `n` bytes
 * behind the header.
 */
export class FlacWriter {
  readonly #format: FlacFormat;
  readonly #header: Uint8Array;
  readonly #seekTable: SeekTable;
  readonly #seekTableAt: number;
  #written = 0;
  #frames = 0;
  #samples = 0;

  /** Frames that no patch has counted yet. */
  #uncounted: WrittenFrame[] = [];
  #countedSamples = 0;
  #minFrame = 0;
  #maxFrame = 0;
  #minBlock = 0;
  #maxBlock = 0;
  #lastBlock = 0;

  constructor({ format, comments, seekPoints }: FlacWriterOptions) {
    this.#format = format;
    this.#seekTable = new SeekTable(seekPoints, format.sampleRate);
    const info = metadataBlock(BLOCK_STREAM_INFO, this.#streamInfo(), false);
    const table = this.#seekTable.bytes();
    const seekTable = table.length > 0 ? metadataBlock(BLOCK_SEEK_TABLE, table, false) : table;
    const tags = metadataBlock(BLOCK_COMMENTS, writeComments(comments), true);
    const parts = [STREAM_MARKER, info, seekTable, tags];
    this.#seekTableAt = STREAM_MARKER.length + info.length + BLOCK_HEADER_BYTES;
    this.#header = concat(
      parts,
      parts.reduce((sum, part) => sum + part.length, 0),
    );
  }

  /** The start of the file, as it is while there are no frames. */
  header(): Uint8Array {
    return this.#header.slice();
  }

  /**
   * The frames of a block of the parser, as they belong into this file; in a file of variable block size also those of
   * a stream of one size. Throws RangeError when the block is not made of FLAC frames.
   */
  write(block: Block): Uint8Array {
    const pieces: Uint8Array[] = [];
    const before = this.#written;
    let at = 0;
    for (const { bytes, samples } of block.frames ?? []) {
      const frame = block.bytes.subarray(at, at + bytes);
      at += bytes;
      const header = readFlacFrameHeader(frame, 0);
      if (!header) throw new RangeError('A block for a FLAC file must be made of FLAC frames.');
      const variable = this.#format.variable || header.variable;
      const renumbered = renumberFrame(frame, header, variable ? this.#samples : this.#frames, variable);
      pieces.push(renumbered);
      this.#written += renumbered.length;
      this.#frames += 1;
      this.#samples += samples;
      this.#uncounted.push({ end: this.#written, bytes: renumbered.length, samples });
    }
    return concat(pieces, this.#written - before);
  }

  /**
   * What must be written over the header once the first `payloadBytes` bytes behind it are there: what is other than
   * with the patch before. Never ask for less than before. What is not asked for is kept in memory, 3 numbers per frame.
   */
  patch(payloadBytes: number): readonly Patch[] {
    this.#count(payloadBytes);
    const info = { offset: STREAM_INFO_AT, bytes: this.#streamInfo() };
    const points = this.#seekTable.changed();
    return points ? [info, { offset: this.#seekTableAt + points.at, bytes: points.bytes }] : [info];
  }

  /** The same for a header of which only the length is as it should be. */
  wholePatch(payloadBytes: number): readonly Patch[] {
    const [info] = this.patch(payloadBytes);
    const table = this.#seekTable.bytes();
    return [...(info ? [info] : []), ...(table.length > 0 ? [{ offset: this.#seekTableAt, bytes: table }] : [])];
  }

  #count(payloadBytes: number): void {
    let count = 0;
    for (const frame of this.#uncounted) {
      if (frame.end > payloadBytes) break;
      count += 1;
      this.#seekTable.add({ sample: this.#countedSamples, offset: frame.end - frame.bytes, samples: frame.samples });
      this.#countedSamples += frame.samples;
      this.#minFrame = this.#minFrame === 0 ? frame.bytes : Math.min(this.#minFrame, frame.bytes);
      this.#maxFrame = Math.max(this.#maxFrame, frame.bytes);
      if (this.#lastBlock > 0) {
        this.#minBlock = this.#minBlock === 0 ? this.#lastBlock : Math.min(this.#minBlock, this.#lastBlock);
      }
      this.#maxBlock = Math.max(this.#maxBlock, frame.samples);
      this.#lastBlock = frame.samples;
    }
    this.#uncounted.splice(0, count);
  }

  #streamInfo(): Uint8Array {
    return writeStreamInfo({
      ...this.#blockSizes(),
      minFrameBytes: this.#minFrame,
      maxFrameBytes: this.#maxFrame,
      sampleRate: this.#format.sampleRate,
      channels: this.#format.channels,
      bitDepth: this.#format.bitDepth,
      totalSamples: this.#countedSamples,
    });
  }

  /** Frames of one size are found by it, so it is the stream's, also in a file that only holds the short last one. */
  #blockSizes(): { readonly minBlockSize: number; readonly maxBlockSize: number } {
    const { variable, blockSize } = this.#format;
    if (!variable) return { minBlockSize: allowed(blockSize), maxBlockSize: allowed(blockSize) };
    // Nothing is known yet: any size may come.
    if (this.#maxBlock === 0) return { minBlockSize: SMALLEST_BLOCK, maxBlockSize: 0xffff };
    return { minBlockSize: allowed(this.#minBlock || this.#maxBlock), maxBlockSize: allowed(this.#maxBlock) };
  }
}

function allowed(blockSize: number): number {
  return Math.min(Math.max(blockSize, SMALLEST_BLOCK), 0xffff);
}
