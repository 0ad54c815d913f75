import { BitReader } from './bitReader.ts';

const CODEBOOK_SYNC = 0x56_4342;
const PACKET_TYPE_BITS = 7 * 8;

/**
 * Which block each mode of a Vorbis stream uses: true for the long one. From the whole setup header, for the modes stand
 * at its end and nothing says where (Vorbis I 4.2.4). Undefined when the header is not valid.
 */
export function readModes(setup: Uint8Array, channels: number): readonly boolean[] | undefined {
  const bits = new BitReader(setup);
  bits.skip(PACKET_TYPE_BITS);
  const sections = [
    () => repeat(bits, bits.read(8) + 1, () => passCodebook(bits)),
    () => repeat(bits, bits.read(6) + 1, () => bits.read(16) === 0),
    () => repeat(bits, bits.read(6) + 1, () => passFloor(bits)),
    () => repeat(bits, bits.read(6) + 1, () => passResidue(bits)),
    () => repeat(bits, bits.read(6) + 1, () => passMapping(bits, channels)),
  ];
  if (!sections.every((pass) => pass())) return undefined;
  const modes: boolean[] = [];
  const areModes = repeat(bits, bits.read(6) + 1, () => {
    modes.push(bits.flag());
    const types = bits.read(32);
    bits.skip(8);
    return types === 0;
  });
  return areModes && bits.flag() && !bits.isPastEnd ? modes : undefined;
}

/** Bits that hold every number up to `value` (Vorbis I 9.2.1). */
export function bitsFor(value: number): number {
  return 32 - Math.clz32(value);
}

function repeat(bits: BitReader, count: number, pass: () => boolean): boolean {
  for (let index = 0; index < count; index += 1) {
    if (bits.isPastEnd || !pass()) return false;
  }
  return true;
}

/** Vorbis I 3.2.1. */
function passCodebook(bits: BitReader): boolean {
  if (bits.read(24) !== CODEBOOK_SYNC) return false;
  const dimensions = bits.read(16);
  const entries = bits.read(24);
  if (!(bits.flag() ? passOrderedLengths(bits, entries) : passLengths(bits, entries))) return false;
  const lookup = bits.read(4);
  if (lookup === 0) return true;
  if (lookup > 2) return false;
  bits.skip(64);
  const valueBits = bits.read(4) + 1;
  bits.skip(1 + valueBits * (lookup === 1 ? latticeValues(entries, dimensions) : entries * dimensions));
  return true;
}

function passLengths(bits: BitReader, entries: number): boolean {
  const isSparse = bits.flag();
  if (!isSparse) {
    bits.skip(5 * entries);
    return true;
  }
  return repeat(bits, entries, () => {
    if (bits.flag()) bits.skip(5);
    return true;
  });
}

function passOrderedLengths(bits: BitReader, entries: number): boolean {
  bits.skip(5);
  for (let entry = 0; entry < entries && !bits.isPastEnd;) entry += bits.read(bitsFor(entries - entry));
  return !bits.isPastEnd;
}

/** The largest number whose power of `dimensions` is not beyond `entries` (Vorbis I 9.2.3). */
function latticeValues(entries: number, dimensions: number): number {
  if (dimensions === 0) return 0;
  let values = Math.floor(entries ** (1 / dimensions)) + 1;
  while (values ** dimensions > entries) values -= 1;
  return values;
}

/** Vorbis I 6.2.1, 7.2.2. */
function passFloor(bits: BitReader): boolean {
  const type = bits.read(16);
  if (type === 0) {
    bits.skip(8 + 16 + 16 + 6 + 8);
    bits.skip(8 * (bits.read(4) + 1));
    return true;
  }
  if (type !== 1) return false;
  const classes = Array.from({ length: bits.read(5) }, () => bits.read(4));
  const dimensions: number[] = [];
  for (let index = 0; index <= Math.max(-1, ...classes); index += 1) {
    dimensions.push(bits.read(3) + 1);
    const subclasses = bits.read(2);
    if (subclasses > 0) bits.skip(8);
    bits.skip(8 * 2 ** subclasses);
  }
  bits.skip(2);
  const rangeBits = bits.read(4);
  for (const index of classes) bits.skip(rangeBits * (dimensions[index] ?? 0));
  return true;
}

/** Vorbis I 8.6.1. */
function passResidue(bits: BitReader): boolean {
  if (bits.read(16) > 2) return false;
  bits.skip(24 + 24 + 24);
  const classifications = bits.read(6) + 1;
  bits.skip(8);
  let books = 0;
  for (let index = 0; index < classifications; index += 1) {
    const low = bits.read(3);
    const high = bits.flag() ? bits.read(5) : 0;
    books += ones(low) + ones(high);
  }
  bits.skip(8 * books);
  return true;
}

function ones(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** Vorbis I 4.2.4. */
function passMapping(bits: BitReader, channels: number): boolean {
  if (bits.read(16) !== 0) return false;
  const submaps = bits.flag() ? bits.read(4) + 1 : 1;
  if (bits.flag()) {
    const steps = bits.read(8) + 1;
    bits.skip(2 * steps * bitsFor(channels - 1));
  }
  if (bits.read(2) !== 0) return false;
  if (submaps > 1) bits.skip(4 * channels);
  bits.skip(24 * submaps);
  return true;
}
