import { assertNever } from '../../../shared/assertNever.ts';
import { concat } from '../bytes.ts';
import { BLOCK_COMMENTS, STREAM_INFO_BYTES, metadataBlock, readStreamInfo, writeStreamInfo } from '../flac/metadata.ts';
import { type Comments, writeComments } from '../vorbisComment.ts';
import type { OggHeaders } from './oggCodec.ts';

const PRE_SKIP_AT = 10;
const FLAC_HEADER_COUNT_AT = 7;
const FLAC_INFO_AT = 17;

/** The header packets of a file of its own, with these comments. */
export function fileHeaders(headers: OggHeaders, comments: Comments, preSkip: number): readonly Uint8Array[] {
  const list = writeComments(comments);
  const [head = new Uint8Array(0), , setup = new Uint8Array(0)] = headers.packets;
  switch (headers.codec) {
    case 'opus':
      return [withPreSkip(head, preSkip), between('OpusTags', list, [])];
    case 'vorbis':
      // A bit that is set ends the list (Vorbis I 5.2.1).
      return [head, between('\u0003vorbis', list, [1]), setup];
    case 'flac':
      return [flacHead(head), metadataBlock(BLOCK_COMMENTS, list, true)];
    default:
      return assertNever(headers.codec);
  }
}

function withPreSkip(head: Uint8Array, preSkip: number): Uint8Array {
  const own = head.slice();
  new DataView(own.buffer).setUint16(PRE_SKIP_AT, preSkip, true);
  return own;
}

/** What the stream states of its whole length is not true of a part, and its seek table and pictures stay behind. */
function flacHead(head: Uint8Array): Uint8Array {
  const own = head.slice();
  const info = readStreamInfo(own.subarray(FLAC_INFO_AT, FLAC_INFO_AT + STREAM_INFO_BYTES));
  if (info) own.set(writeStreamInfo({ ...info, minFrameBytes: 0, maxFrameBytes: 0, totalSamples: 0 }), FLAC_INFO_AT);
  const view = new DataView(own.buffer);
  view.setUint16(FLAC_HEADER_COUNT_AT, 1);
  // Not the last metadata block: the comments follow.
  own[FLAC_INFO_AT - 4] = 0;
  return own;
}

function between(before: string, bytes: Uint8Array, behind: readonly number[]): Uint8Array {
  const parts = [new TextEncoder().encode(before), bytes, Uint8Array.from(behind)];
  return concat(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
}
