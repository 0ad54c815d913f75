import { crc16 } from './crc.ts';
import { type FlacFrameHeader, longestFrame, readFlacFrameHeader } from './frameHeader.ts';

/** A whole frame in the middle of bytes. */
export interface FoundFrame {
  readonly at: number;
  /** Behind its last byte. */
  readonly end: number;
  readonly header: FlacFrameHeader;
}

/** Places kept at once at which a frame may begin. */
const MOST_CANDIDATES = 16;
const SYNC_BYTE = 0xff;

/**
 * The first frame at or behind `from` that is proven: its check is right up to where the header of the next one stands,
 * or up to the end of the bytes when the file ends there (`isEnd`). Undefined when there is none; more bytes may help.
 */
export function findFrame(
  bytes: Uint8Array,
  from: number,
  { isLikely, isEnd }: { readonly isLikely: (header: FlacFrameHeader) => boolean; readonly isEnd: boolean },
): FoundFrame | undefined {
  const candidates: { readonly at: number; readonly header: FlacFrameHeader }[] = [];
  for (let at = bytes.indexOf(SYNC_BYTE, from); at >= 0; at = bytes.indexOf(SYNC_BYTE, at + 1)) {
    const header = readFlacFrameHeader(bytes, at);
    if (!header || !isLikely(header)) continue;
    const begin = candidates.find((one) => isNext(one.header, header) && isWhole(bytes, one, at));
    if (begin) return { ...begin, end: at };
    if (candidates.length === MOST_CANDIDATES) candidates.shift();
    candidates.push({ at, header });
  }
  const last = isEnd ? candidates.find((one) => isWhole(bytes, one, bytes.length)) : undefined;
  return last && { ...last, end: bytes.length };
}

function isNext(before: FlacFrameHeader, header: FlacFrameHeader): boolean {
  return (
    before.variable === header.variable &&
    header.number === before.number + (before.variable ? before.blockSize : 1) &&
    before.channels === header.channels
  );
}

function isWhole(
  bytes: Uint8Array,
  { at, header }: { readonly at: number; readonly header: FlacFrameHeader },
  end: number,
): boolean {
  return end - at > header.headerBytes && end - at <= longestFrame(header) && crc16(bytes, at, end) === 0;
}
