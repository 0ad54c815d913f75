import { createHash } from 'node:crypto';

/** Samples that differ from place to place. */
export function noise(bytes: number): Uint8Array {
  const pieces = Array.from({ length: Math.ceil(bytes / 32) }, (_, at) =>
    createHash('sha256').update(`${at}`).digest(),
  );
  return Uint8Array.from(Buffer.concat(pieces).subarray(0, bytes));
}
