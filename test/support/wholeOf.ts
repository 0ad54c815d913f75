import { createHash } from 'node:crypto';
import type { WholeFile } from '../../src/engine/upload/driver.ts';

/** Bytes as a file that is sent whole. */
export function wholeOf(bytes: Uint8Array, change: Partial<WholeFile> = {}): WholeFile {
  return {
    name: 'a.wav',
    mimeType: 'audio/wav',
    bytes: bytes.length,
    again: false,
    read: async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
    digest: () => Promise.resolve(createHash('sha256').update(bytes).digest('hex')),
    ...change,
  };
}
