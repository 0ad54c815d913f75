import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { SLOW_BYTES } from '../slowSenders.ts';
import type { Incoming } from '../storage/storage.ts';
import { BehindWriter } from './behindWriter.ts';

/** All that is received at once holds no more than about this in memory, bytes. */
const MEMORY_BYTES = 32 * 1024 * 1024;
/** What is written in one go, bytes. */
const LARGEST_BATCH = 2 * 1024 * 1024;
const SMALLEST_BATCH = 128 * 1024;

export type Received =
  | { readonly kind: 'whole'; readonly bytes: number; readonly sha256: string }
  /** `got` bytes came before it was given up; the rest is still to come. */
  | { readonly kind: 'tooLarge'; readonly got: number };

/** Takes what clients send, many at once. */
export class Receiver {
  readonly #slowMs: number;
  #active = 0;

  /** `slowMs`: a sender that hardly sends is cut off after this. */
  constructor(slowMs: number) {
    this.#slowMs = slowMs;
  }

  /**
   * Hashes what comes while it is written, in larger batches the fewer send. Ends the connection of a sender that
   * hardly sends.
   * @throws what the storage throws, and when the client goes away
   */
  async receive(body: Readable, incoming: Incoming, maxBytes: number): Promise<Received> {
    const hash = createHash('sha256');
    const writer = new BehindWriter(incoming);
    let bytes = 0;
    let seen = 0;
    const watch = setInterval(() => {
      // As long as the disk takes nothing, nothing is asked of the client.
      if (!writer.isFull && bytes - seen < SLOW_BYTES) {
        body.destroy(new Error('The client sent next to nothing for too long.'));
      }
      seen = bytes;
    }, this.#slowMs);
    this.#active += 1;
    try {
      // The connection is still needed, for the answer.
      for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > maxBytes) return { kind: 'tooLarge', got: bytes };
        hash.update(piece);
        if (writer.add(piece) >= this.#batchBytes()) await writer.write();
      }
      await writer.end();
      return { kind: 'whole', bytes, sha256: hash.digest('hex') };
    } finally {
      clearInterval(watch);
      this.#active -= 1;
      // Most clients listen for the answer only once all they have is sent.
      if (!body.destroyed) body.resume();
      await writer.settled();
    }
  }

  /** Each has one batch that comes and one that is written. */
  #batchBytes(): number {
    const share = MEMORY_BYTES / (2 * this.#active);
    return Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, share));
  }
}
