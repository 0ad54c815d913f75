import { join, resolve } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';

const FILE = 'recordings-folders.jsonl';

/**
 * Every recordings folder that was ever used, in a file beside the library: a library that has to be made anew must
 * find the recordings of them all, and only the present one is in the settings.
 */
export class KnownFolders {
  readonly #fileSystem: FileSystem;
  readonly #log: Log;
  readonly #path: string;

  constructor(fileSystem: FileSystem, log: Log, dataFolder: string) {
    this.#fileSystem = fileSystem;
    this.#log = log;
    this.#path = join(dataFolder, FILE);
  }

  /** Notes a folder, absolute, and returns all, that one first. A disk that refuses this stops nothing. */
  async remember(folder: string): Promise<readonly string[]> {
    const root = resolve(folder);
    try {
      const known = await this.#read();
      if (!known.includes(root)) await this.#fileSystem.append(this.#path, `${JSON.stringify(root)}\n`);
      return [root, ...known.filter((other) => other !== root)];
    } catch (error) {
      this.#log.warn('The list of recordings folders could not be kept.', { path: this.#path, error: String(error) });
      return [root];
    }
  }

  /** All, the present one first; notes nothing. */
  async known(folder: string): Promise<readonly string[]> {
    const root = resolve(folder);
    return [root, ...(await this.#read()).filter((other) => other !== root)];
  }

  async #read(): Promise<readonly string[]> {
    let text: string;
    try {
      text = await this.#fileSystem.readText(this.#path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
    const folders = text.split('\n').flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'string' ? [value] : [];
      } catch {
        // A line that a power cut tore.
        return [];
      }
    });
    return [...new Set(folders)];
  }
}
