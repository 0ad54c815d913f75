import type { FileSystem } from '../../shared/ports/fileSystem.ts';

/** Bytes that are served, whole or in parts. */
export interface MediaBody {
  readonly mimeType: string;
  /** Exact. */
  readonly size: number;
  /** Bytes `first` to `last`, inclusive. What is open for them is closed when the reader leaves or comes to the end. */
  bytes(first: number, last: number): AsyncIterable<Uint8Array>;
}

/** Bytes that are read at once, and all that is held in memory for one reader. */
const PIECE_BYTES = 256 * 1024;

/** The first `size` bytes of a file, the first of them replaced by `head`. */
export function fileBody(
  fileSystem: Pick<FileSystem, 'openForReading'>,
  { path, size, mimeType, head = new Uint8Array(0) }: FileBody,
): MediaBody {
  return {
    mimeType,
    size,
    async *bytes(first, last) {
      const file = await fileSystem.openForReading(path);
      try {
        for (let at = first; at <= last;) {
          const bytes = await file.read(at, Math.min(PIECE_BYTES, last + 1 - at));
          if (bytes.length === 0) throw new Error(`The file ended at byte ${at}, before byte ${last}.`);
          if (at < head.length) bytes.set(head.subarray(at, at + bytes.length));
          at += bytes.length;
          yield bytes;
        }
      } finally {
        await file.close();
      }
    },
  };
}

export interface FileBody {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly mimeType: string;
  readonly head?: Uint8Array;
}
