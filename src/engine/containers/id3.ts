/** Bytes that {@link tagBytes} looks at. */
export const ID3V2_HEADER_BYTES = 10;
const ID3V1_BYTES = 128;
/** A tag that claims more is not believed: it would silence a live stream for as long. */
const LARGEST_TAG = 16 * 1024 * 1024;

/**
 * Length in bytes of the ID3 tag at `at`, 0 when there is none (id3.org, ID3v2.4.0 section 3.1: the size is 4 times
 * 7 bits, without header and footer). At least {@link ID3V2_HEADER_BYTES} bytes follow `at`.
 */
export function tagBytes(bytes: Uint8Array, at: number): number {
  const [a, b, c, , , flags = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0] = bytes.subarray(at, at + ID3V2_HEADER_BYTES);
  if (a === 0x54 && b === 0x41 && c === 0x47) return ID3V1_BYTES;
  if (a !== 0x49 || b !== 0x44 || c !== 0x33) return 0;
  if (((s0 | s1 | s2 | s3) & 0x80) !== 0) return 0;
  const size = (s0 << 21) | (s1 << 14) | (s2 << 7) | s3;
  const footer = (flags & 0x10) !== 0 ? ID3V2_HEADER_BYTES : 0;
  const length = ID3V2_HEADER_BYTES + size + footer;
  return length <= LARGEST_TAG ? length : 0;
}
