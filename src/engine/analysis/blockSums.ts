import { crc32 } from 'node:zlib';

/** Each block of so many bytes has a sum of its own, so that a part can be read and still be checked. */
export const SUMMED_BYTES = 16 * 1024;
const SUM_BYTES = 4;

/** Makes the table of sums of bytes that come in pieces of any size. */
export class BlockSums {
  readonly #sums: number[] = [];
  #sum = 0;
  #filled = 0;

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + SUMMED_BYTES - this.#filled);
      this.#sum = crc32(part, this.#sum);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === SUMMED_BYTES) this.#next();
    }
  }

  /** A CRC-32 for each block, the last of which may be shorter, and one of all these. No more bytes come. */
  end(): Buffer {
    if (this.#filled > 0) this.#next();
    const table = Buffer.alloc((this.#sums.length + 1) * SUM_BYTES);
    for (const [block, sum] of this.#sums.entries()) table.writeUInt32LE(sum, block * SUM_BYTES);
    table.writeUInt32LE(crc32(table.subarray(0, -SUM_BYTES)), this.#sums.length * SUM_BYTES);
    return table;
  }

  #next(): void {
    this.#sums.push(this.#sum);
    this.#sum = 0;
    this.#filled = 0;
  }
}

/** How long the table of so many bytes is, bytes. */
export function tableBytes(summed: number): number {
  return (Math.ceil(summed / SUMMED_BYTES) + 1) * SUM_BYTES;
}

/** Whether a table is whole, and whole blocks from number `first` on are those that it was made of. */
export function areSummed(table: Buffer, first: number, blocks: Uint8Array): boolean {
  const end = table.length - SUM_BYTES;
  if (end < 0 || crc32(table.subarray(0, end)) !== table.readUInt32LE(end)) return false;
  for (let at = 0, block = first; at < blocks.length; at += SUMMED_BYTES, block += 1) {
    if ((block + 1) * SUM_BYTES > end) return false;
    if (crc32(blocks.subarray(at, at + SUMMED_BYTES)) !== table.readUInt32LE(block * SUM_BYTES)) return false;
  }
  return true;
}
