import { createHash } from 'node:crypto';
import { LongtakeError } from '../../shared/errors.ts';
import type { Chunk } from '../model.ts';
import { chunkKey } from '../storage/keys.ts';
import type { Storage } from '../storage/storage.ts';
import { StitchProblem } from './problem.ts';

/** The chunks of a session as one stream of bytes. */
export class ChunkReader {
  readonly chunks: readonly Chunk[];
  readonly #storage: Storage;
  readonly #sessionId: string;
  readonly #whole = createHash('sha256');
  /** Up to this index, `#whole` has every byte. */
  #hashed = 0;

  constructor(storage: Storage, sessionId: string, chunks: readonly Chunk[]) {
    this.#storage = storage;
    this.#sessionId = sessionId;
    this.chunks = chunks;
  }

  get bytes(): number {
    return this.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** SHA-256 of all chunks, joined, hex; undefined until each was read once, in order. */
  contentSha256(): string | undefined {
    return this.#hashed > 0 && this.#hashed === this.chunks.length ? this.#whole.copy().digest('hex') : undefined;
  }

  /** The first `count` bytes of all chunks, or fewer. */
  async head(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let have = 0;
    for (const chunk of this.chunks) {
      if (have >= count) break;
      const piece = await this.headOf(chunk, count - have);
      pieces.push(piece);
      have += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** The first `count` bytes of a chunk, or fewer. */
  async headOf(chunk: Chunk, count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const key = chunkKey(this.#sessionId, chunk.index);
    for await (const piece of this.#storage.read(key, 0, Math.min(count, chunk.bytes))) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /**
   * Every byte of the chunks, but for the first `skip` bytes of a chunk. @throws StitchProblem when a chunk is not what
   * was acknowledged
   */
  async *read(chunks: readonly Chunk[] = this.chunks, skip?: ReadonlyMap<number, number>): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield* this.#readChunk(chunk, skip?.get(chunk.index) ?? 0);
  }

  async *#readChunk({ index, bytes, sha256 }: Chunk, skip: number): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    const isNext = index === this.#hashed + 1;
    // Until it is read to its end, what is known of all is not known any more.
    if (isNext) this.#hashed = -1;
    let at = 0;
    try {
      for await (const piece of this.#storage.read(chunkKey(this.#sessionId, index), 0, Infinity)) {
        hash.update(piece);
        if (isNext) this.#whole.update(piece);
        const from = Math.max(0, skip - at);
        at += piece.length;
        if (from < piece.length) yield piece.subarray(from);
      }
    } catch (error) {
      if (!(error instanceof LongtakeError) || error.code !== 'NOT_FOUND') throw error;
      throw new StitchProblem(`Chunk ${index} is not in the storage any more. The other chunks are kept.`, {
        cause: error,
      });
    }
    if (isNext) this.#hashed = index;
    if (at === bytes && hash.digest('hex') === sha256) return;
    throw new StitchProblem(
      `Chunk ${index} is not what was received (it has ${at} of ${bytes} bytes, or other ones): the disk may be damaged. All chunks are kept.`,
    );
  }
}
