/** Reads fields as Vorbis packs them: the least significant bit first (Vorbis I 2.). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** `count` bits, 0 to 32, as a number. Behind the end there are only zeros, see {@link isPastEnd}. */
  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1) {
      const byte = this.#bytes[this.#at >>> 3] ?? 0;
      value += ((byte >> (this.#at & 7)) & 1) * 2 ** bit;
      this.#at += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(count: number): void {
    this.#at += count;
  }

  get isPastEnd(): boolean {
    return this.#at > this.#bytes.length * 8;
  }
}
