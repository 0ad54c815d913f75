/** Smaller chunks cost next to nothing; larger ones have memory of this size or a multiple of it, bytes. */
const UNIT_BYTES = 1024 * 1024;

/**
 * Memory for the chunks of all uploads, used again while others are under way: finding it anew for each would cost more
 * than reading the audio. What holds it to a bound is who lets chunks in.
 */
export class ChunkBuffers {
  #free: ArrayBuffer[] = [];
  #lent = 0;

  /** Room for `length` bytes, with anything in it. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length < UNIT_BYTES) return new Uint8Array(length);
    const size = Math.ceil(length / UNIT_BYTES) * UNIT_BYTES;
    const at = this.#free.findIndex(({ byteLength }) => byteLength === size);
    const [known] = at < 0 ? [] : this.#free.splice(at, 1);
    this.#lent += 1;
    return new Uint8Array(known ?? new ArrayBuffer(size), 0, length);
  }

  /** Once; `isUnread`: nobody reads it any more, so that others may write to it. */
  giveBack({ buffer, length }: Uint8Array<ArrayBuffer>, isUnread: boolean): void {
    if (length < UNIT_BYTES) return;
    this.#lent -= 1;
    if (isUnread) this.#free.push(buffer);
    // Nothing is kept for a time in which nothing is sent.
    if (this.#lent === 0) this.#free = [];
  }
}
