import { join } from 'node:path';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';

/** Entries of one folder that wait for a disk that refuses them; the oldest go first when there are more. */
const MAX_WAITING = 10_000;
/** A disk that refused an entry is asked again after this time, or with the next entry. */
const RETRY_MS = 5000;

/**
 * Appends to the ledgers of recordings folders, each in order. A disk that refuses an entry does not stop recording:
 * the entry waits and is written before the next one. Folders do not wait for each other, so that a person who
 * chooses another folder because a disk died has a ledger there.
 */
export class Ledger {
  readonly #fileSystem: FileSystem;
  readonly #log: Log;
  readonly #folders = new Map<string, FolderLedger>();

  constructor(fileSystem: FileSystem, log: Log) {
    this.#fileSystem = fileSystem;
    this.#log = log;
  }

  /** `root`: the recordings folder that the entry is about. */
  write(root: string, entry: LedgerEntry): void {
    let folder = this.#folders.get(root);
    if (!folder) {
      folder = new FolderLedger(this.#fileSystem, this.#log, join(root, LEDGER_FOLDER));
      this.#folders.set(root, folder);
    }
    folder.write(entry);
  }

  /** Resolves when everything written so far, of all folders or of one, is on disk, or was refused by it. */
  async flushed(root?: string): Promise<void> {
    const folders = root === undefined ? [...this.#folders.values()] : [this.#folders.get(root)];
    await Promise.all(folders.map((folder) => folder?.flushed()));
  }
}

class FolderLedger {
  readonly #fileSystem: FileSystem;
  readonly #log: Log;
  readonly #folder: string;
  #waiting: LedgerEntry[] = [];
  #dropped = 0;
  #work: Promise<void> = Promise.resolve();
  #scheduled = false;
  #retry: NodeJS.Timeout | undefined;
  #refused = false;
  /** The file may end in the middle of a line: the next entry begins with a line break. */
  #torn = true;

  constructor(fileSystem: FileSystem, log: Log, folder: string) {
    this.#fileSystem = fileSystem;
    this.#log = log;
    this.#folder = folder;
  }

  write(entry: LedgerEntry): void {
    this.#waiting.push(entry);
    this.#bound();
    this.#schedule();
  }

  flushed(): Promise<void> {
    return this.#work;
  }

  #schedule(): void {
    clearTimeout(this.#retry);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#work = this.#work.then(() => {
      this.#scheduled = false;
      return this.#drain();
    });
  }

  async #drain(): Promise<void> {
    for (let batch = this.#takeMonth(); batch.length > 0; batch = this.#takeMonth()) {
      try {
        await this.#append(batch);
      } catch (error) {
        this.#waiting = [...batch, ...this.#waiting];
        this.#bound();
        this.#tellRefused(error);
        this.#retry = setTimeout(() => this.#schedule(), RETRY_MS);
        this.#retry.unref();
        return;
      }
      this.#tellAccepted();
    }
  }

  /** The oldest entries that go into one file: they are written, and made safe, together. */
  #takeMonth(): readonly LedgerEntry[] {
    const [first] = this.#waiting;
    if (!first) return [];
    const file = ledgerFile(first.at);
    const other = this.#waiting.findIndex((entry) => ledgerFile(entry.at) !== file);
    return this.#waiting.splice(0, other < 0 ? this.#waiting.length : other);
  }

  async #append(batch: readonly LedgerEntry[]): Promise<void> {
    await this.#fileSystem.makeFolder(this.#folder);
    const lines = batch.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const text = this.#torn ? `\n${lines}` : lines;
    this.#torn = true;
    await this.#fileSystem.append(join(this.#folder, ledgerFile(batch[0]?.at ?? 0)), text);
    this.#torn = false;
  }

  #bound(): void {
    const surplus = this.#waiting.length - MAX_WAITING;
    if (surplus <= 0) return;
    this.#waiting.splice(0, surplus);
    this.#dropped += surplus;
  }

  #tellRefused(error: unknown): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#log.warn('The ledger could not be written; it is tried again.', {
      folder: this.#folder,
      error: String(error),
    });
  }

  #tellAccepted(): void {
    if (!this.#refused) return;
    this.#refused = false;
    this.#log.info('The ledger is written again.', { folder: this.#folder, lostEntries: this.#dropped });
    this.#dropped = 0;
  }
}

function ledgerFile(at: number): string {
  return `${new Date(at).toISOString().slice(0, 7)}.jsonl`;
}
