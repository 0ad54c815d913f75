import { crc32 } from 'node:zlib';
import type { FrameIndex } from './frameIndex.ts';

/** An index, and the state of the file that it is of. */
export interface StoredIndex {
  readonly index: FrameIndex;
  /** Of the audio file, bytes. */
  readonly size: number;
  /** ms since 1970 UTC. */
  readonly modifiedAt: number;
}

/*
 * A header of 56 bytes, then for each place what its position (sample frames) and its offset (bytes) are more than those
 * of the place before, uint32 each. All little-endian.
 *   0  8 bytes   magic
 *   8  uint32    version
 *  12  uint32    places
 *  16  float64   size of the audio file, bytes
 *  24  float64   modification time of the audio file, ms since 1970
 *  32  float64   sample frames behind the last frame
 *  40  uint32    0
 *  44  uint32    CRC-32 of what follows the header
 *  48  uint32    CRC-32 of the 48 bytes before
 *  52  uint32    0
 */
const MAGIC = Buffer.from('LTFRAME\0', 'latin1');
const VERSION = 1;
const HEADER_BYTES = 56;
const SUMMED_HEADER_BYTES = 48;
const PLACE_BYTES = 8;
const LARGEST_STEP = 0xffff_ffff;

/** Undefined for places that are too far from each other to be stored. */
export function encodeIndex({ index, size, modifiedAt }: StoredIndex): Uint8Array | undefined {
  const { positions, offsets, end } = index;
  const body = Buffer.alloc(positions.length * PLACE_BYTES);
  let [position, offset] = [0, 0];
  for (const [place, next] of positions.entries()) {
    const steps = [next - position, (offsets[place] ?? 0) - offset];
    if (steps.some((step) => !(step >= 0 && step <= LARGEST_STEP))) return undefined;
    for (const [side, step] of steps.entries()) body.writeUInt32LE(step, place * PLACE_BYTES + 4 * side);
    [position, offset] = [next, offsets[place] ?? 0];
  }
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(positions.length, 12);
  header.writeDoubleLE(size, 16);
  header.writeDoubleLE(modifiedAt, 24);
  header.writeDoubleLE(end, 32);
  header.writeUInt32LE(crc32(body), 44);
  header.writeUInt32LE(crc32(header.subarray(0, SUMMED_HEADER_BYTES)), SUMMED_HEADER_BYTES);
  return Buffer.concat([header, body]);
}

/** Undefined for what is damaged or of another version. */
export function decodeIndex(bytes: Buffer): StoredIndex | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(SUMMED_HEADER_BYTES) !== crc32(bytes.subarray(0, SUMMED_HEADER_BYTES))) return undefined;
  const count = bytes.readUInt32LE(12);
  const body = bytes.subarray(HEADER_BYTES);
  if (bytes.readUInt32LE(8) !== VERSION || body.length !== count * PLACE_BYTES) return undefined;
  if (crc32(body) !== bytes.readUInt32LE(44)) return undefined;
  const positions: number[] = [];
  const offsets: number[] = [];
  let [position, offset] = [0, 0];
  for (let at = 0; at < body.length; at += PLACE_BYTES) {
    position += body.readUInt32LE(at);
    offset += body.readUInt32LE(at + 4);
    positions.push(position);
    offsets.push(offset);
  }
  const index = { positions, offsets, end: bytes.readDoubleLE(32) };
  return { index, size: bytes.readDoubleLE(16), modifiedAt: bytes.readDoubleLE(24) };
}
