import { LongtakeError, errnoOf } from '../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import type { Patch } from '../containers/wav.ts';

const MOST_NAMES = 10_000;
/** Small pieces are written together. */
const WRITE_BYTES = 1024 * 1024;

/** A file that gets its name once it is whole. Errors of the disk come as DISK_FULL, DISK_DENIED or DISK_ERROR. */
export class UnfinishedFile {
  readonly #fileSystem: FileSystem;
  readonly #file: OpenFile;
  readonly #path: string;
  readonly #unfinished: string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;
  #isOpen = true;

  private constructor(fileSystem: FileSystem, file: OpenFile, path: string, unfinished: string) {
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#path = path;
    this.#unfinished = unfinished;
  }

  /** Makes `<path>.unfinished`; when another one is being written there, `<path>.2.unfinished`. */
  static async create(fileSystem: FileSystem, path: string): Promise<UnfinishedFile> {
    for (let count = 1; count <= MOST_NAMES; count += 1) {
      const unfinished = count === 1 ? `${path}.unfinished` : `${path}.${count}.unfinished`;
      try {
        return new UnfinishedFile(fileSystem, await fileSystem.createExclusive(unfinished), path, unfinished);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw toDiskError(error);
      }
    }
    throw new LongtakeError('CONFLICT', 'There are too many unfinished files of this name. Remove them.');
  }

  /** So far. */
  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= WRITE_BYTES) await this.#flush();
  }

  async patch(patches: readonly Patch[]): Promise<void> {
    await this.#flush();
    await this.#attempt(async () => {
      for (const { offset, bytes } of patches) await this.#file.write(bytes, offset);
    });
  }

  /** Makes it final; returns the path that it got. */
  async finish(): Promise<string> {
    await this.#flush();
    await this.#attempt(async () => {
      await this.#file.sync();
      this.#isOpen = false;
      await this.#file.close();
    });
    for (let count = 1; count <= MOST_NAMES; count += 1) {
      const path = count === 1 ? this.#path : numbered(this.#path, count);
      try {
        await this.#fileSystem.move(this.#unfinished, path);
        return path;
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw toDiskError(error);
      }
    }
    throw new LongtakeError('CONFLICT', 'There are too many files of this name. Choose another one.');
  }

  /** Takes back what was written. */
  async discard(): Promise<void> {
    this.#waiting = [];
    this.#waitingBytes = 0;
    // What cannot be closed is removed all the same.
    if (this.#isOpen) await this.#file.close().catch(() => undefined);
    this.#isOpen = false;
    await this.#fileSystem.removeFile(this.#unfinished).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw toDiskError(error);
    });
  }

  async #flush(): Promise<void> {
    if (this.#waitingBytes === 0) return;
    const bytes = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const piece of this.#waiting) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#attempt(() => this.#file.write(bytes, this.#written));
    this.#written += bytes.length;
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw toDiskError(error);
    }
  }
}

/** `a/b.wav` becomes `a/b_2.wav`. */
function numbered(path: string, count: number): string {
  const match = /^(.*[^/\\])(\.[^./\\]+)$/s.exec(path);
  return match ? `${match[1]}_${count}${match[2]}` : `${path}_${count}`;
}

/** The coded form of an error of the disk where something is written. */
export function toDiskError(error: unknown): LongtakeError {
  if (error instanceof LongtakeError) return error;
  const system = errnoOf(error);
  const options = { cause: error, details: { system: system ?? '' } };
  switch (system) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LongtakeError('DISK_FULL', 'The disk is full. Free some space, or choose another place.', options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LongtakeError('DISK_DENIED', 'Nothing may be written there. Choose another place.', options);
    case 'ENOENT':
    case 'ENOTDIR':
      return new LongtakeError('NOT_FOUND', 'There is no such folder. Choose another place.', options);
    default:
      return new LongtakeError('DISK_ERROR', `The file cannot be written (${system ?? 'unknown error'}).`, options);
  }
}
