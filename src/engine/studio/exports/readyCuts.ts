import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { ExportContent, ExportFormat } from '../../../shared/contract/exports.ts';
import { errorText, LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import type { Log } from '../../../shared/ports/log.ts';

/** A file that was dragged away may still be read by the program that took it. */
const KEPT_MS = 24 * 3_600_000;
/** Cuts that are kept, besides those that are made at the moment. */
const MOST_CUTS = 200;

interface Cut {
  readonly token: string;
  readonly path: string;
  readonly bytes: number;
  readonly madeAt: number;
}

export interface ReadyCutsPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute. */
  readonly folder: string;
  readonly make: (content: ExportContent, format: ExportFormat, folder: string, signal: AbortSignal) => Promise<string>;
}

/** Cuts that are made before a drag or a copy needs them. The same one is made once. */
export class ReadyCuts {
  readonly #ports: ReadyCutsPorts;
  readonly #byKey = new Map<string, Promise<Cut>>();
  readonly #byToken = new Map<string, Cut>();
  readonly #closing = new AbortController();

  constructor(ports: ReadyCutsPorts) {
    this.#ports = ports;
  }

  async ready(content: ExportContent, format: ExportFormat) {
    const key = JSON.stringify({ content, format });
    const known = await this.#known(key);
    const cut = known ?? (await this.#make(key, content, format));
    return { token: cut.token, fileName: basename(cut.path), bytes: cut.bytes };
  }

  /** Absolute path of a made cut. Throws NOT_FOUND. */
  path(token: string): string {
    const cut = this.#byToken.get(token);
    if (!cut) throw new LongtakeError('NOT_FOUND', 'This cut is not there any more. Try again.');
    return cut.path;
  }

  /** Removes what an earlier run left, and what is older than a day. */
  async prune(): Promise<void> {
    const { fileSystem, folder, clock, log } = this.#ports;
    try {
      await fileSystem.makeFolder(folder);
      const kept = new Set([...this.#byToken.values()].map(({ token }) => token));
      for (const { name } of await fileSystem.list(folder)) {
        if (kept.has(name)) continue;
        const found = await fileSystem.stat(join(folder, name));
        if (found && clock.now() - found.modifiedAt < KEPT_MS) continue;
        await this.#remove(join(folder, name));
      }
    } catch (error) {
      log.warn('Old cuts could not be removed.', { folder, error: errorText(error) });
    }
  }

  stop(): void {
    this.#closing.abort();
  }

  async #known(key: string): Promise<Cut | undefined> {
    const making = this.#byKey.get(key);
    if (!making) return undefined;
    const cut = await making;
    // Somebody may have moved the file away.
    if (await this.#ports.fileSystem.stat(cut.path)) return cut;
    this.#byKey.delete(key);
    this.#byToken.delete(cut.token);
    return undefined;
  }

  #make(key: string, content: ExportContent, format: ExportFormat): Promise<Cut> {
    const making = this.#cut(content, format);
    this.#byKey.set(key, making);
    making.catch(() => this.#byKey.delete(key));
    this.#forgetOld();
    return making;
  }

  async #cut(content: ExportContent, format: ExportFormat): Promise<Cut> {
    const { fileSystem, clock, folder, make } = this.#ports;
    const token = randomUUID();
    const path = await make(content, format, join(folder, token), this.#closing.signal);
    const bytes = (await fileSystem.stat(path))?.bytes ?? 0;
    const cut = { token, path, bytes, madeAt: clock.now() };
    this.#byToken.set(token, cut);
    return cut;
  }

  #forgetOld(): void {
    for (const key of [...this.#byKey.keys()].slice(0, Math.max(0, this.#byKey.size - MOST_CUTS))) {
      this.#byKey.delete(key);
    }
  }

  async #remove(folder: string): Promise<void> {
    const { fileSystem } = this.#ports;
    for (const { name, isDirectory } of await fileSystem.list(folder)) {
      if (isDirectory) await this.#remove(join(folder, name));
      else await fileSystem.removeFile(join(folder, name));
    }
    await fileSystem.removeFolder(folder);
  }
}
