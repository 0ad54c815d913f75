import {
  BLOCK_COMMENTS,
  BLOCK_HEADER_BYTES,
  BLOCK_SEEK_TABLE,
  BLOCK_STREAM_INFO,
  STREAM_INFO_BYTES,
  STREAM_MARKER,
  type StreamInfo,
  isStreamMarker,
  metadataBlock,
  readStreamInfo,
} from '../../containers/flac/metadata.ts';
import { SEEK_POINT_BYTES } from '../../containers/flac/seekTable.ts';
import { concat } from '../../containers/bytes.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from '../../containers/id3.ts';
import { type Comments, NO_COMMENTS, readComments } from '../../containers/vorbisComment.ts';
import { type ByteReader, damaged } from './unitFile.ts';

/** What stands before the frames of a FLAC file. */
export interface FlacHead {
  /** Undefined for frames without a header. */
  readonly info: StreamInfo | undefined;
  readonly comments: Comments;
  /** As the file states them, which need not be true. Offsets from the start of the file, in order. */
  readonly seekPoints: readonly { readonly sample: number; readonly at: number }[];
  readonly firstFrameAt: number;
  /** A header with nothing but STREAMINFO, for a parser that begins in the middle; empty when there is none. */
  readonly short: Uint8Array;
}

const LAST_BLOCK = 0x80;
/** Of comments and seek tables that are read. */
const LARGEST_BLOCK = 1024 * 1024;
const MOST_BLOCKS = 1000;

/** Throws DAMAGED. */
export async function readFlacHead(reader: ByteReader): Promise<FlacHead> {
  const start = await reader.read(0, 64 * 1024);
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    at + length <= start.length ? start.subarray(at, at + length) : reader.read(at, length);
  let at = await passTags(read);
  if (!isStreamMarker(await read(at, STREAM_MARKER.length), 0)) {
    return { info: undefined, comments: NO_COMMENTS, seekPoints: [], firstFrameAt: at, short: new Uint8Array(0) };
  }
  at += STREAM_MARKER.length;
  let infoBytes: Uint8Array | undefined;
  let table = new Uint8Array(0);
  let comments = NO_COMMENTS;
  for (let isLast = false, count = 0; !isLast; count += 1) {
    const header = await read(at, BLOCK_HEADER_BYTES);
    if (header.length < BLOCK_HEADER_BYTES || count === MOST_BLOCKS) throw damaged('its header is cut short');
    const [first = 0, high = 0, middle = 0, low = 0] = header;
    const size = (high << 16) | (middle << 8) | low;
    const payload = async (): Promise<Uint8Array> => read(at + BLOCK_HEADER_BYTES, Math.min(size, LARGEST_BLOCK));
    const type = first & ~LAST_BLOCK;
    if (type === BLOCK_STREAM_INFO) infoBytes ??= Uint8Array.from((await payload()).subarray(0, STREAM_INFO_BYTES));
    else if (type === BLOCK_SEEK_TABLE) table = Uint8Array.from(await payload());
    else if (type === BLOCK_COMMENTS) comments = readComments(await payload());
    isLast = (first & LAST_BLOCK) !== 0;
    at += BLOCK_HEADER_BYTES + size;
  }
  const info = infoBytes && readStreamInfo(infoBytes);
  if (!infoBytes || !info) throw damaged('its header makes no sense');
  const block = metadataBlock(BLOCK_STREAM_INFO, infoBytes, true);
  return {
    info,
    comments,
    seekPoints: readSeekPoints(table, at),
    firstFrameAt: at,
    short: concat([STREAM_MARKER, block], STREAM_MARKER.length + block.length),
  };
}

async function passTags(read: (at: number, length: number) => Promise<Uint8Array>): Promise<number> {
  for (let at = 0, count = 0; ; count += 1) {
    const header = await read(at, ID3V2_HEADER_BYTES);
    const length = header.length < ID3V2_HEADER_BYTES ? 0 : tagBytes(header, 0);
    if (length === 0 || count === MOST_BLOCKS) return at;
    at += length;
  }
}

function readSeekPoints(table: Uint8Array, firstFrameAt: number): FlacHead['seekPoints'] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const points: { sample: number; at: number }[] = [];
  for (let at = 0; at + SEEK_POINT_BYTES <= table.length; at += SEEK_POINT_BYTES) {
    const sample = Number(view.getBigUint64(at));
    const offset = Number(view.getBigUint64(at + 8));
    // The placeholder is larger than any number of a frame.
    if (sample < 2 ** 36 && offset < 2 ** 50) points.push({ sample, at: firstFrameAt + offset });
  }
  return points;
}
