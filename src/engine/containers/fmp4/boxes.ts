import { concat } from '../bytes.ts';

const BOX_HEADER_BYTES = 8;

/** A box: its size, its four characters, what is in it (ISO/IEC 14496-12 4.2). */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, BOX_HEADER_BYTES);
  return concat([uint32(size), fourCharacters(type), ...parts], size);
}

/** A box with a version, 0 to 255, and 24 bits of flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(type, uint32(version * 2 ** 24 + flags), ...parts);
}

export function fourCharacters(type: string): Uint8Array {
  return new TextEncoder().encode(type);
}

export function uint16(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint16(index * 2, value));
  return bytes;
}

export function uint32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return bytes;
}

/** `value`: up to 2^53. */
export function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}
