import type { FileSystem, OpenFile } from '../../src/shared/ports/fileSystem.ts';

/** A disk in memory that can be told to fail; for faults that a real disk does not show on demand. */
export class MemoryFileSystem implements FileSystem {
  readonly files = new Map<string, Uint8Array>();
  free = Number.MAX_SAFE_INTEGER;
  /** Throws or waits before each write; set it to inject a fault. */
  beforeWrite: (path: string, bytes: Uint8Array) => void | Promise<void> = () => undefined;

  async createExclusive(path: string): Promise<OpenFile> {
    if (this.files.has(path)) throw nodeError('EEXIST');
    this.files.set(path, new Uint8Array(0));
    return this.#open(path);
  }

  async openForRepair(path: string): Promise<OpenFile> {
    return this.#open(path);
  }

  async openForReading(path: string): Promise<OpenFile> {
    return this.#open(path);
  }

  async append(path: string, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await this.beforeWrite(path, bytes);
    this.#write(path, bytes, this.files.get(path)?.length ?? 0);
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(this.#bytes(path));
  }

  async makeFolder(): Promise<void> {
    // Folders are only names here.
  }

  async move(from: string, to: string): Promise<void> {
    if (this.files.has(to)) throw nodeError('EEXIST');
    this.files.set(to, this.#bytes(from));
    this.files.delete(from);
  }

  async removeFile(path: string): Promise<void> {
    if (!this.files.delete(path)) throw nodeError('ENOENT');
  }

  async removeFolder(): Promise<void> {
    // Folders are only names here.
  }

  async list(): Promise<readonly []> {
    return [];
  }

  async stat(path: string): Promise<{ bytes: number; modifiedAt: number } | undefined> {
    const bytes = this.files.get(path);
    return bytes ? { bytes: bytes.length, modifiedAt: 0 } : undefined;
  }

  async freeBytes(_path: string): Promise<number> {
    return this.free;
  }

  #open(path: string): OpenFile {
    this.#bytes(path);
    return {
      write: async (bytes, position) => {
        await this.beforeWrite(path, bytes);
        // As on a real disk, what is written to a deleted file is gone with it.
        if (this.files.has(path)) this.#write(path, bytes, position);
      },
      read: async (position, length) => this.#bytes(path).slice(position, position + length),
      readInto: async (target, position) => {
        const bytes = this.#bytes(path).subarray(position, position + target.length);
        target.set(bytes);
        return bytes.length;
      },
      sync: async () => undefined,
      truncate: async (length) => {
        this.files.set(path, this.#bytes(path).slice(0, length));
      },
      size: async () => this.#bytes(path).length,
      isLinked: async () => this.files.has(path),
      close: async () => undefined,
    };
  }

  #bytes(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (!bytes) throw nodeError('ENOENT');
    return bytes;
  }

  #write(path: string, bytes: Uint8Array, position: number): void {
    const old = this.files.get(path) ?? new Uint8Array(0);
    const grown = new Uint8Array(Math.max(old.length, position + bytes.length));
    grown.set(old);
    grown.set(bytes, position);
    this.files.set(path, grown);
  }
}

/** An error as Node's file functions throw it. */
export function nodeError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
