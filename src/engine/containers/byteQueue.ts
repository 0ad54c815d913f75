const SMALLEST = 4096;
/** A larger buffer that is nearly empty is given back. */
const KEPT = 256 * 1024;

/** Bytes that come in pieces of any size and leave from the front. Each byte is moved a bounded number of times. */
export class ByteQueue {
  #buffer = new Uint8Array(SMALLEST);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What is in the queue. Valid until the next {@link append} or {@link drop}: keep copies, not parts. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Takes `count` bytes away from the front, at most {@link length}. */
  drop(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = 0;
    if (this.#buffer.length > KEPT) this.#buffer = new Uint8Array(SMALLEST);
  }

  #makeRoom(count: number): void {
    const needed = this.length + count;
    const isRoomy =
      needed * 2 <= this.#buffer.length && (this.#buffer.length <= KEPT || needed * 8 > this.#buffer.length);
    const target = isRoomy ? this.#buffer : new Uint8Array(Math.max(SMALLEST, needed * 2));
    target.set(this.bytes);
    this.#end = this.length;
    this.#start = 0;
    this.#buffer = target;
  }
}
