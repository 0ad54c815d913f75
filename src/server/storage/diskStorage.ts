import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import { FolderSyncs } from './folderSyncs.ts';
import type { Incoming, Storage, StoredEntry } from './storage.ts';

const READ_BYTES = 256 * 1024;
const REMOVE_TRIES = 5;

/** A storage in a folder: keys are paths below it. Only this user can read what it writes. */
export class DiskStorage implements Storage {
  readonly #root: string;
  /** Folders that are known to be there and to be on disk themselves. */
  readonly #made = new Set<string>();
  readonly #syncs = new FolderSyncs();

  /** `root` is absolute. */
  constructor(root: string) {
    this.#root = resolve(root);
  }

  async receive(key: string): Promise<Incoming> {
    const target = this.#path(key);
    const path = join(dirname(target), `.${key.slice(key.lastIndexOf('/') + 1)}.${randomUUID()}.part`);
    await this.#makeFolder(dirname(target));
    let file: FileHandle;
    try {
      file = await open(path, 'wx', 0o600);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      // Somebody removed the folder since it was made.
      this.#made.delete(dirname(target));
      await this.#makeFolder(dirname(target));
      file = await open(path, 'wx', 0o600);
    }
    return new DiskIncoming(file, path, { pathOf: (name) => this.#path(name), syncs: this.#syncs });
  }

  async *read(key: string, from: number, to: number): AsyncIterable<Uint8Array> {
    if (to <= from) return;
    const stream = createReadStream(this.#path(key), { start: from, end: to - 1, highWaterMark: READ_BYTES });
    try {
      for await (const piece of stream) yield piece as Buffer;
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? missing(key, error) : error;
    }
  }

  async readText(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#path(key), 'utf8');
    } catch (error) {
      return absent(error);
    }
  }

  async writeText(key: string, text: string): Promise<void> {
    const incoming = await this.receive(key);
    try {
      await incoming.write([Buffer.from(text)]);
      await incoming.publish(key, true);
    } finally {
      await incoming.discard();
    }
  }

  async stat(key: string): Promise<StoredEntry | undefined> {
    try {
      const found = await stat(this.#path(key));
      return found.isFile() ? { key, bytes: found.size, modifiedAt: found.mtimeMs } : undefined;
    } catch (error) {
      return absent(error);
    }
  }

  async *list(prefix: string): AsyncIterable<StoredEntry> {
    for (const entry of await this.#entries(prefix)) {
      if (entry.isDirectory()) yield* this.list(`${prefix}${entry.name}/`);
      else if (entry.isFile()) {
        const found = await this.stat(`${prefix}${entry.name}`);
        if (found) yield found;
      }
    }
  }

  async folders(prefix: string): Promise<readonly string[]> {
    return (await this.#entries(prefix)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async removeAll(prefix: string): Promise<void> {
    const path = this.#path(prefix);
    this.#made.delete(path);
    // A chunk that was under way may still get its name there.
    await rm(path, { recursive: true, force: true, maxRetries: REMOVE_TRIES });
  }

  async freeBytes(): Promise<number> {
    await this.#makeFolder(this.#root);
    const { bavail, bsize } = await statfs(this.#root);
    return bavail * bsize;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Keys come from the server's own ids; this holds even when one does not. */
  #path(key: string): string {
    const path = resolve(this.#root, key);
    if (path.startsWith(this.#root + sep)) return path;
    throw new LongtakeError('INVALID_INPUT', `"${key}" is outside of the storage.`);
  }

  async #entries(prefix: string) {
    try {
      return await readdir(this.#path(prefix), { withFileTypes: true });
    } catch (error) {
      return absent(error) ?? [];
    }
  }

  /** A new folder is only there after a power cut once the folder that holds it was synced. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#made.has(path)) return;
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first !== undefined) {
      for (let made = path; made.length >= first.length; made = dirname(made)) await this.#syncs.sync(dirname(made));
    }
    this.#made.add(path);
  }
}

interface Place {
  readonly pathOf: (key: string) => string;
  readonly syncs: FolderSyncs;
}

class DiskIncoming implements Incoming {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #place: Place;
  #isClosed = false;
  #isNamed = false;

  constructor(file: FileHandle, path: string, place: Place) {
    this.#file = file;
    this.#path = path;
    this.#place = place;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    let left = pieces;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev([...left]);
      left = after(left, bytesWritten);
    }
  }

  async complete(): Promise<void> {
    if (this.#isClosed) return;
    await this.#file.sync();
    await this.#close();
  }

  async publish(key: string, mayReplace: boolean): Promise<'published' | 'taken'> {
    const target = this.#place.pathOf(key);
    await this.complete();
    if (mayReplace) {
      await rename(this.#path, target);
      this.#isNamed = true;
    } else {
      try {
        // Unlike a rename, a link replaces nothing.
        await link(this.#path, target);
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') return 'taken';
        throw error;
      }
      this.#isNamed = true;
    }
    // What is left of the other name is nobody's.
    await Promise.all([mayReplace ? undefined : rm(this.#path), this.#place.syncs.sync(dirname(target))]);
    return 'published';
  }

  async discard(): Promise<void> {
    await this.#close();
    if (!this.#isNamed) await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
  }
}

/** What is left of the pieces once `count` bytes of them are written. */
function after(pieces: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let rest = count;
  for (const [index, piece] of pieces.entries()) {
    if (rest < piece.length) return [piece.subarray(rest), ...pieces.slice(index + 1)];
    rest -= piece.length;
  }
  return [];
}

function absent(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
  throw error;
}

const missing = (key: string, cause: unknown): LongtakeError =>
  new LongtakeError('NOT_FOUND', `"${key}" is not in the storage.`, { cause });
