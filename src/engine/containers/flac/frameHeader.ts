import { crc16, crc8 } from './crc.ts';

/** What the header of a FLAC frame says (RFC 9639 9.1). */
export interface FlacFrameHeader {
  /** Of the header with its CRC-8, bytes. */
  readonly headerBytes: number;
  /** Of the coded number, bytes, 1 to 7. */
  readonly numberBytes: number;
  /** Frames of any size, numbered by samples; otherwise all but the last have one size, and frames are counted. */
  readonly variable: boolean;
  /** Of the frame, or of its first sample frame when `variable`. */
  readonly number: number;
  /** Sample frames, 1 to 65536. */
  readonly blockSize: number;
  /** Hz; 0 when only STREAMINFO tells. */
  readonly sampleRate: number;
  /** 1 to 8. */
  readonly channels: number;
  /** 8 to 32; 0 when only STREAMINFO tells. */
  readonly bitDepth: number;
}

/** The longest header: sync and codes, 7 bytes of number, 2 of block size, 2 of rate, CRC-8. */
export const LONGEST_HEADER = 16;
/** The shortest frame: a header, one byte per subframe at least, CRC-16. */
export const FOOTER_BYTES = 2;
const NUMBER_AT = 4;

const SAMPLE_RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** By code; 3 is reserved. */
const BIT_DEPTHS = [0, 8, 12, -1, 16, 20, 24, 32];
/** Independent channels up to 7; then left/side, side/right, mid/side. */
const MOST_CHANNEL_CODES = 10;

/** The header at `at`; undefined when there is none, or it does not lie within `bytes` as a whole. */
export function readFlacFrameHeader(bytes: Uint8Array, at: number): FlacFrameHeader | undefined {
  const b1 = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0xff || (b1 & 0xfe) !== 0xf8) return undefined;
  const b2 = bytes[at + 2] ?? 0;
  const b3 = bytes[at + 3] ?? 0;
  const blockCode = b2 >> 4;
  const rateCode = b2 & 15;
  const channelCode = b3 >> 4;
  const bitDepth = BIT_DEPTHS[(b3 >> 1) & 7] ?? -1;
  if (blockCode === 0 || rateCode === 15 || channelCode > MOST_CHANNEL_CODES || bitDepth < 0 || (b3 & 1) !== 0) {
    return undefined;
  }
  const variable = (b1 & 1) === 1;
  const numberBytes = codedLength(bytes[at + NUMBER_AT] ?? 0);
  if (numberBytes === 0 || (!variable && numberBytes === 7)) return undefined;
  const number = readCodedNumber(bytes, at + NUMBER_AT, numberBytes);
  const blockAt = at + NUMBER_AT + numberBytes;
  const rateAt = blockAt + (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0);
  const end = rateAt + (rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0);
  if (number === undefined || end >= bytes.length || crc8(bytes, at, end) !== bytes[end]) return undefined;
  const sampleRate = readRate(bytes, rateAt, rateCode);
  if (sampleRate === undefined) return undefined;
  return {
    headerBytes: end + 1 - at,
    numberBytes,
    variable,
    number,
    blockSize: readBlockSize(bytes, blockAt, blockCode),
    sampleRate,
    channels: channelCode < 8 ? channelCode + 1 : 2,
    bitDepth,
  };
}

/** No frame with this header is longer, bytes: every sample as it is, and a bit more for the side channel. */
export function longestFrame({ blockSize, channels, bitDepth }: FlacFrameHeader): number {
  const perChannel = Math.ceil((blockSize * ((bitDepth || 32) + 1)) / 8);
  return LONGEST_HEADER + channels * (perChannel + 8) + FOOTER_BYTES;
}

/**
 * The frame with another number in its header, and its checks made right. `frame` is one whole frame; with `variable`
 * it becomes one of a stream with frames of any size, which are numbered by samples.
 */
export function renumberFrame(
  frame: Uint8Array,
  header: FlacFrameHeader,
  number: number,
  variable = header.variable,
): Uint8Array {
  const coded = writeCodedNumber(number);
  const growth = coded.length - header.numberBytes;
  const renumbered = new Uint8Array(frame.length + growth);
  renumbered.set(frame.subarray(0, NUMBER_AT));
  renumbered[1] = ((renumbered[1] ?? 0) & 0xfe) | (variable ? 1 : 0);
  renumbered.set(coded, NUMBER_AT);
  renumbered.set(frame.subarray(NUMBER_AT + header.numberBytes), NUMBER_AT + coded.length);
  const checkAt = header.headerBytes + growth - 1;
  renumbered[checkAt] = crc8(renumbered, 0, checkAt);
  const footerAt = renumbered.length - FOOTER_BYTES;
  const check = crc16(renumbered, 0, footerAt);
  renumbered[footerAt] = check >> 8;
  renumbered[footerAt + 1] = check & 0xff;
  return renumbered;
}

/** 1 to 65536 (RFC 9639 9.1.1). */
function readBlockSize(bytes: Uint8Array, at: number, code: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 << code;
  if (code === 6) return (bytes[at] ?? 0) + 1;
  if (code === 7) return uint16(bytes, at) + 1;
  return 1 << code;
}

/** Undefined for a stated rate of 0 (RFC 9639 9.1.2). */
function readRate(bytes: Uint8Array, at: number, code: number): number | undefined {
  if (code < 12) return SAMPLE_RATES[code];
  const stated = code === 12 ? (bytes[at] ?? 0) * 1000 : uint16(bytes, at) * (code === 14 ? 10 : 1);
  return stated || undefined;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Bytes of a coded number, by its first; 0 when none begins so (RFC 9639 9.1.5). */
function codedLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0 || first === 0xff) return 0;
  return Math.clz32(~(first << 24));
}

function readCodedNumber(bytes: Uint8Array, at: number, length: number): number | undefined {
  const first = bytes[at] ?? 0;
  let number = length === 1 ? first : first & (0x7f >> length);
  for (let index = 1; index < length; index += 1) {
    const next = bytes[at + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return undefined;
    // Not by shifting: the number has up to 36 bits.
    number = number * 64 + (next & 0x3f);
  }
  return number;
}

/** Bytes that a number takes in a header. */
export function codedNumberBytes(number: number): number {
  if (number < 0x80) return 1;
  // n bytes carry 5n + 1 bits.
  let length = 2;
  while (number >= 2 ** (5 * length + 1)) length += 1;
  return length;
}

/** Throws RangeError for numbers that have no place in a header: below 0, or 2^36 and above. */
function writeCodedNumber(number: number): Uint8Array {
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** 36) {
    throw new RangeError(`A FLAC frame cannot be numbered ${number}.`);
  }
  const length = codedNumberBytes(number);
  if (length === 1) return Uint8Array.of(number);
  const bytes = new Uint8Array(length);
  let rest = number;
  for (let index = length - 1; index > 0; index -= 1) {
    bytes[index] = 0x80 | (rest % 64);
    rest = Math.floor(rest / 64);
  }
  bytes[0] = ((0xff00 >> length) & 0xff) | rest;
  return bytes;
}
