import type { Incoming } from '../storage/storage.ts';

/** Writes one batch while the next is collected. */
export class BehindWriter {
  readonly #incoming: Incoming;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(incoming: Incoming) {
    this.#incoming = incoming;
  }

  /** Two batches are there, and the first is still being written. */
  get isFull(): boolean {
    return this.#waiting > 0;
  }

  /** Returns how many bytes are collected. */
  add(piece: Uint8Array): number {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    return this.#bytes;
  }

  /** Begins to write what is collected, once what came before is written. @throws what the storage threw at either */
  async write(): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#writing;
    } finally {
      this.#waiting -= 1;
    }
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#writing = this.#incoming.write(pieces);
    // Whoever writes next, or ends, hears of it.
    this.#writing.catch(() => undefined);
  }

  /** Everything is with the storage. @throws what the storage threw */
  async end(): Promise<void> {
    if (this.#bytes > 0) await this.write();
    this.#waiting += 1;
    try {
      await this.#writing;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Nothing is under way any more, however it went. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }
}
