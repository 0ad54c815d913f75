import { errnoOf, LongtakeError } from '../../../shared/errors.ts';
import type { OpenFile } from '../../../shared/ports/fileSystem.ts';

/** So much is read at once, and no longer does its reader take before others have their turn. */
const WINDOW_BYTES = 256 * 1024;
const NOTHING = new Uint8Array(0);

/** Reads along a file that is `size` bytes long, or taken for it. */
export class FileWindow {
  readonly size: number;
  readonly #file: OpenFile;
  #start = 0;
  #bytes: Uint8Array = NOTHING;

  constructor(file: OpenFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** The bytes at `position`, up to `length`, when they are at hand; shorter only at the end of the file. */
  peek(position: number, length: number): Uint8Array | undefined {
    const end = Math.min(position + length, this.size);
    if (position >= end) return NOTHING;
    if (position < this.#start || end > this.#start + this.#bytes.length) return undefined;
    return this.#bytes.subarray(position - this.#start, end - this.#start);
  }

  /** The same, read when it must be. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const here = this.peek(position, length);
    if (here) return here;
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - position);
    const bytes = await this.#file.read(position, wanted);
    if (bytes.length < wanted) throw cutShort();
    this.#start = position;
    this.#bytes = bytes;
    return bytes.subarray(0, Math.min(length, bytes.length));
  }
}

export function cutShort(): LongtakeError {
  return new LongtakeError('DAMAGED', 'The file of this recording is shorter than it was. Look at its disk.');
}

/** What a person is told when the file of a recording cannot be read. */
export function toFileError(error: unknown): unknown {
  const system = errnoOf(error);
  if (error instanceof LongtakeError || system === undefined) return error;
  const options = { cause: error, details: { system } };
  if (system === 'ENOENT' || system === 'ENOTDIR') {
    const message = 'The file of this recording is not where it was. Connect its disk, or discard the upload.';
    return new LongtakeError('NOT_FOUND', message, options);
  }
  if (system === 'EACCES' || system === 'EPERM') {
    const message = 'The file of this recording may not be read. Look at its permissions.';
    return new LongtakeError('DISK_DENIED', message, options);
  }
  return new LongtakeError('DISK_ERROR', `The file of this recording cannot be read (${system}).`, options);
}
