import { randomBytes } from 'node:crypto';
import { LongtakeError } from '../../shared/errors.ts';
import type { Block } from '../containers/block.ts';
import type { FlacFormat } from '../containers/flac/flacParser.ts';
import { longestBlock } from '../containers/flac/flacSamples.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import { OggWriter } from '../containers/ogg/oggWriter.ts';
import { type Patch, WavWriter } from '../containers/wav.ts';
import type { Chain } from './chain.ts';
import { type CutMetadata, cutComments, cutTag } from './cutMetadata.ts';
import type { WavUnits } from './units/wavUnits.ts';
import type { FlacUnits } from './units/flacUnits.ts';
import type { OggUnits } from './units/oggUnits.ts';

/** Lays units into a file of their own. The file is `header`, then what `write` and `end` return, with the patches. */
export interface CutMuxer {
  readonly header: Uint8Array;
  write(block: Block): Uint8Array;
  end(): Uint8Array;
  /** Corrections that make the header right for `payloadBytes` of payload. */
  patches(payloadBytes: number): readonly Patch[];
  /** What ends the file. */
  tail(payloadBytes: number): Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** A point each second in the first quarter of an hour, each four in an hour, each minute and a half in a day. */
const SEEK_POINTS = 900;

const plain = {
  header: NOTHING,
  write: ({ bytes }: Block) => bytes,
  end: () => NOTHING,
  patches: () => [],
  tail: () => NOTHING,
} satisfies CutMuxer;

export function wavMuxer({ header }: WavUnits, metadata: CutMetadata): CutMuxer {
  const { sampleRate, channels, bitDepth, float } = header;
  if (bitDepth !== 8 && bitDepth !== 16 && bitDepth !== 24 && bitDepth !== 32) {
    throw new LongtakeError('FORMAT_UNSUPPORTED', `A WAV file of ${bitDepth} bits cannot be cut.`);
  }
  const { title, ...start } = metadata;
  const description = title === undefined ? {} : { description: `${metadata.sourceName}: ${title}` };
  const writer = new WavWriter({ sampleRate, channels, bitDepth, float }, { ...start, ...description });
  return {
    ...plain,
    header: writer.header(),
    patches: (payloadBytes) => writer.patch(payloadBytes),
    tail: (payloadBytes) => writer.tail(payloadBytes),
  };
}

/** `format`: of the frames in the file, which may be others than those of the recording. */
export function flacMuxer({ headers }: FlacUnits, format: FlacFormat, metadata: CutMetadata): CutMuxer {
  const comments = cutComments(metadata, headers.comments);
  const writer = new FlacWriter({ format, comments, seekPoints: SEEK_POINTS });
  return {
    ...plain,
    header: writer.header(),
    write: (block) => writer.write(block),
    patches: (payloadBytes) => writer.patch(payloadBytes),
  };
}

/** `preRoll`: packets before the first one that is played. */
export function oggMuxer(
  { headers }: OggUnits,
  preRoll: Block,
  metadata: CutMetadata,
  serial = randomBytes(4).readUInt32LE(),
): CutMuxer {
  const comments = cutComments(metadata, headers.comments);
  const writer = new OggWriter({ headers, comments, serial, isFirst: false, preRoll });
  return { ...plain, header: writer.header(), write: (block) => writer.write(block), end: () => writer.end() };
}

/** Frames of MP3 or AAC behind a tag. */
export function framesMuxer(metadata: CutMetadata): CutMuxer {
  return { ...plain, header: cutTag(metadata) };
}

/** Where the frames of a chain stay of one size when they are cut out between two positions, and so can be counted. */
export function keepsFrameSize(chain: Chain, from: number, to: number): boolean {
  let size: number | undefined;
  for (const { units, begin } of chain.links.filter((link) => link.to > from && link.begin < to)) {
    if (units.container !== 'flac' || units.headers.format.variable) return false;
    const { blockSize, sampleRate } = units.headers.format;
    size ??= blockSize;
    const starts = Math.max(0, from - begin);
    const end = Math.min(units.end, to - begin);
    const isLast = begin + units.end >= to;
    if (blockSize !== size || starts % blockSize !== 0 || (!isLast && end % blockSize !== 0)) return false;
    // What is encoded anew at the end is one frame.
    if (blockSize > longestBlock(sampleRate) && end % blockSize !== 0) return false;
  }
  return true;
}
