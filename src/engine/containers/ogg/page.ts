import { concat } from '../bytes.ts';
import { crc32 } from './crc.ts';

/** One page of an Ogg stream (RFC 3533 6.). */
export interface OggPage {
  /** Its first packet began on a page before. */
  readonly isContinued: boolean;
  /** First page of a logical stream. */
  readonly isFirst: boolean;
  /** Last page of a logical stream. */
  readonly isLast: boolean;
  /** Position at the end of the last packet that ends here; undefined when none does, or it makes no sense. */
  readonly granule: number | undefined;
  /** 0 to 2^32 - 1. */
  readonly serial: number;
  /** 0 to 2^32 - 1. */
  readonly sequence: number;
  /** Parts of packets in order: all but the last end here, and the last does when `endsWhole`. */
  readonly packets: readonly Uint8Array[];
  readonly endsWhole: boolean;
}

export const PAGE_HEADER_BYTES = 27;
export const MOST_SEGMENTS = 255;
/** A packet is stored in segments of this length and one that is shorter, which may be empty. */
export const SEGMENT_BYTES = 255;
export const MOST_PAGE_BYTES = PAGE_HEADER_BYTES + MOST_SEGMENTS + MOST_SEGMENTS * SEGMENT_BYTES;
const CAPTURE = Uint8Array.of(0x4f, 0x67, 0x67, 0x53);
const CHECK_AT = 22;
const SEGMENTS_AT = 26;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;
const NO_CHECK = new Uint8Array(4);

/** Where a page may begin, from `from` on; otherwise where the last bytes stand that may be the start of one. */
export function findPage(bytes: Uint8Array, from: number): number {
  const [first = 0] = CAPTURE;
  let at = bytes.indexOf(first, from);
  for (; at >= 0; at = bytes.indexOf(first, at + 1)) {
    const start = at;
    if (CAPTURE.every((value, index) => start + index >= bytes.length || bytes[start + index] === value)) return at;
  }
  return bytes.length;
}

/** Length of the page whose header stands at `at`; undefined when more bytes are needed to tell, 0 when it is none. */
export function pageLength(bytes: Uint8Array, at: number): number | undefined {
  if (at + PAGE_HEADER_BYTES > bytes.length) return undefined;
  // Version 0 is the only one, and three flags are all (RFC 3533 6.).
  if (bytes[at + 4] !== 0 || (bytes[at + 5] ?? 0) > (CONTINUED | FIRST | LAST)) return 0;
  const bodyAt = at + PAGE_HEADER_BYTES + (bytes[at + SEGMENTS_AT] ?? 0);
  if (bodyAt > bytes.length) return undefined;
  let length = bodyAt - at;
  for (let index = at + PAGE_HEADER_BYTES; index < bodyAt; index += 1) length += bytes[index] ?? 0;
  return length;
}

/** True when the check of the whole page at `at` is right. */
export function isIntact(bytes: Uint8Array, at: number, length: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const before = crc32(bytes, at, at + CHECK_AT);
  const check = crc32(bytes, at + SEGMENTS_AT, at + length, crc32(NO_CHECK, 0, NO_CHECK.length, before));
  return view.getUint32(at + CHECK_AT, true) === check;
}

/** Of the last whole page in `bytes` that has one; undefined when none has. */
export function lastGranule(bytes: Uint8Array): number | undefined {
  let granule: number | undefined;
  for (let at = findPage(bytes, 0); at < bytes.length;) {
    const length = pageLength(bytes, at) ?? 0;
    const isWhole = length > 0 && at + length <= bytes.length && isIntact(bytes, at, length);
    if (isWhole) granule = readPage(bytes, at).granule ?? granule;
    at = findPage(bytes, at + (isWhole ? length : 1));
  }
  return granule;
}

/** The whole page at `at`. Its packets are parts of `bytes`, not copies. */
export function readPage(bytes: Uint8Array, at: number): OggPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = bytes[at + 5] ?? 0;
  const segments = bytes[at + SEGMENTS_AT] ?? 0;
  const packets: Uint8Array[] = [];
  let start = at + PAGE_HEADER_BYTES + segments;
  let end = start;
  let length = SEGMENT_BYTES;
  for (let index = 0; index < segments; index += 1) {
    length = bytes[at + PAGE_HEADER_BYTES + index] ?? 0;
    end += length;
    if (length === SEGMENT_BYTES && index < segments - 1) continue;
    packets.push(bytes.subarray(start, end));
    start = end;
  }
  const granule = view.getBigInt64(at + 6, true);
  return {
    isContinued: (flags & CONTINUED) !== 0,
    isFirst: (flags & FIRST) !== 0,
    isLast: (flags & LAST) !== 0,
    granule: granule < 0n || granule > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(granule),
    serial: view.getUint32(at + 14, true),
    sequence: view.getUint32(at + 18, true),
    packets,
    endsWhole: length < SEGMENT_BYTES,
  };
}

/** A copy of a whole page that says that nothing follows it. */
export function asLastPage(page: Uint8Array): Uint8Array {
  const last = Uint8Array.from(page);
  const view = new DataView(last.buffer);
  last[5] = (last[5] ?? 0) | LAST;
  view.setUint32(CHECK_AT, 0, true);
  view.setUint32(CHECK_AT, crc32(last, 0, last.length), true);
  return last;
}

/** Writes a page. Throws RangeError when its packets need more than 255 segments. */
export function writePage(page: OggPage): Uint8Array {
  const lacing: number[] = [];
  for (const [index, packet] of page.packets.entries()) {
    for (let left = packet.length; left >= SEGMENT_BYTES; left -= SEGMENT_BYTES) lacing.push(SEGMENT_BYTES);
    if (index < page.packets.length - 1 || page.endsWhole) lacing.push(packet.length % SEGMENT_BYTES);
  }
  if (lacing.length > MOST_SEGMENTS) throw new RangeError('An Ogg page has at most 255 segments.');
  const header = new Uint8Array(PAGE_HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(CAPTURE);
  header[5] = (page.isContinued ? CONTINUED : 0) | (page.isFirst ? FIRST : 0) | (page.isLast ? LAST : 0);
  view.setBigInt64(6, page.granule === undefined ? -1n : BigInt(page.granule), true);
  view.setUint32(14, page.serial, true);
  view.setUint32(18, page.sequence, true);
  header[SEGMENTS_AT] = lacing.length;
  const parts = [header, Uint8Array.from(lacing), ...page.packets];
  const bytes = concat(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  new DataView(bytes.buffer).setUint32(CHECK_AT, crc32(bytes, 0, bytes.length), true);
  return bytes;
}
