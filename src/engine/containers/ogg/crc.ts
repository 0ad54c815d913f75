/** Of RFC 3533 6., most significant bit first, without inversion. */
const TERMS = 0x04c1_1db7;

/** By byte; then the same for a byte that one, two or three others follow: four bytes are taken in one step. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => divide(byte));
const behind1 = oneMore(table);
const behind2 = oneMore(behind1);
const behind3 = oneMore(behind2);

/** The check over the bytes from `start` to `end` (exclusive), going on from `crc`. 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  let sum = crc;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    sum ^= ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    sum =
      (behind3[sum >>> 24] ?? 0) ^
      (behind2[(sum >>> 16) & 0xff] ?? 0) ^
      (behind1[(sum >>> 8) & 0xff] ?? 0) ^
      (table[sum & 0xff] ?? 0);
  }
  for (; at < end; at += 1) sum = (sum << 8) ^ (table[(sum >>> 24) ^ (bytes[at] ?? 0)] ?? 0);
  return sum >>> 0;
}

function divide(byte: number): number {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) rest = rest < 0 ? (rest << 1) ^ TERMS : rest << 1;
  return rest >>> 0;
}

function oneMore(from: Uint32Array): Uint32Array {
  return from.map((value) => ((value << 8) ^ (table[value >>> 24] ?? 0)) >>> 0);
}
