import { join } from 'node:path';
import { LEDGER_FOLDER, type LedgerEntry } from '../../shared/domain/ledger.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';

/** Entries that wait for a disk that refuses them; the oldest go first when there are more. */
const MAX_WAITING = 10_000;

/**
 * Appends to the ledger of a recordings folder, in order. A disk that refuses an entry does not stop recording:
 * the entry waits and is written before the next one.
 */
export class Ledger {
  readonly #fileSystem: FileSystem;
  readonly #log: Log;
  #waiting: { readonly folder: string; readonly entry: LedgerEntry }[] = [];
  #work: Promise<void> = Promise.resolve();
  /** The file may end in the middle of a line: the next entry begins with a line break. */
  #torn = true;

  constructor(fileSystem: FileSystem, log: Log) {
    this.#fileSystem = fileSystem;
    this.#log = log;
  }

  /** `root`: the recordings folder that the entry is about. */
  write(root: string, entry: LedgerEntry): void {
    this.#waiting.push({ folder: join(root, LEDGER_FOLDER), entry });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#work = this.#work.then(() => this.#drain());
  }

  /** Resolves when everything written so far is on disk, or was refused by it. */
  flushed(): Promise<void> {
    return this.#work;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const [next] = this.#waiting;
      if (!next) return;
      try {
        await this.#fileSystem.makeFolder(next.folder);
        const line = `${this.#torn ? '\n' : ''}${JSON.stringify(next.entry)}\n`;
        this.#torn = true;
        await this.#fileSystem.append(join(next.folder, ledgerFile(next.entry.at)), line);
        this.#torn = false;
      } catch (error) {
        this.#log.warn('The ledger could not be written; it is tried again with the next entry.', {
          folder: next.folder,
          error: String(error),
        });
        return;
      }
      this.#waiting.shift();
    }
  }
}

function ledgerFile(at: number): string {
  return `${new Date(at).toISOString().slice(0, 7)}.jsonl`;
}
