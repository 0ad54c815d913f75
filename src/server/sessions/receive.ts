import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Incoming } from '../storage/storage.ts';

/** What is written in one go. */
const BATCH_BYTES = 512 * 1024;
/** A sender that brings less than this in {@link SLOW_MS} holds a connection and nothing else. */
const SLOW_BYTES = 4 * 1024;
const SLOW_MS = 60_000;

export type Received =
  | { readonly kind: 'whole'; readonly bytes: number; readonly sha256: string }
  /** `got` bytes came before it was given up; the rest is still to come. */
  | { readonly kind: 'tooLarge'; readonly got: number };

/**
 * Writes what a client sends, and hashes it on the way; never more than some hundred kilobytes are in memory. Ends the
 * connection of a sender that hardly sends.
 * @throws what the storage throws, and when the client goes away
 */
export async function receive(body: Readable, incoming: Incoming, maxBytes: number): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  let seen = 0;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  const watch = setInterval(() => {
    if (bytes - seen < SLOW_BYTES) body.destroy(new Error('The client sent next to nothing for a minute.'));
    seen = bytes;
  }, SLOW_MS);
  try {
    // The connection is still needed, for the answer.
    for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) return { kind: 'tooLarge', got: bytes };
      hash.update(piece);
      batch.push(piece);
      batchBytes += piece.length;
      if (batchBytes >= BATCH_BYTES) {
        await incoming.write(batch);
        batch = [];
        batchBytes = 0;
      }
    }
  } finally {
    clearInterval(watch);
  }
  if (batch.length > 0) await incoming.write(batch);
  return { kind: 'whole', bytes, sha256: hash.digest('hex') };
}
