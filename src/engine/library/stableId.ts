import { createHash } from 'node:crypto';

/** Namespaces of the ids that are derived from what is found on disk. Changing one changes every such id. */
export const SOURCE_NAMESPACE = '5c2cbd4e-3f0b-4c55-9d0e-6a1d1f5b7a10';
export const RECORDING_NAMESPACE = '0f9a3a52-58a4-4b0c-8a86-2c8b1f0d4e77';

/** The UUID, version 5, of `name` in `namespace`: the same every time (RFC 9562 5.5). */
export function stableId(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The recorder draws its ids at random (version 4): a row with another one is of a file that somebody else put there. */
export function isRecordersId(id: string): boolean {
  return id[14] === '4';
}
