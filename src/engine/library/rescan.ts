import type { Clock } from '../../shared/ports/clock.ts';
import { LongtakeError, errnoOf } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { Connection } from './database.ts';
import { foundRow, inspectedRow } from './foundRow.ts';
import type { FoundAudio, Inspector } from './inspector.ts';
import { listLedger, parseLedgerLine, readLines } from './ledgerReader.ts';
import { absolutePath, folderOf, staysBelow } from './paths.ts';
import { whatWasRemoved } from './removedEntry.ts';
import { RescanStore } from './rescanStore.ts';
import { RECORDING_COLUMNS, type RecordingRow } from './rows.ts';
import { Slices } from './slices.ts';
import type { Tables } from './catchUp.ts';
import { audioFiles, walk } from './walk.ts';

export interface RescanOptions {
  /** Recordings folder, absolute. */
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly inspector: Inspector;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The recorder writes to this recording now: it is left alone. Asked again before each change. */
  isOpen(id: RecordingId): boolean;
  /** Audio files looked at so far; a few times a second. */
  onProgress?(files: number): void;
}

export interface RescanResult {
  readonly files: number;
  readonly added: number;
  readonly updated: number;
  /** Rows whose file is gone. */
  readonly removed: number;
  /** Files and folders that cannot be read, and files that are no audio and that no ledger knows. */
  readonly unreadable: number;
  /** Lines of the ledger that are torn or not Longtake's. */
  readonly skippedLines: number;
}

/** Files in work at once. */
const BATCH = 64;
/** Inspections at once. */
const INSPECTIONS = 4;
const PROGRESS_MS = 250;
/** An unfinished recording that was written so lately may still be: by a recorder that starts, or by another studio. */
const QUIET_MS = 10_000;

/** Brings the catalogue in line with the folder: see {@link Library.rescan}. */
export async function rescanFolder(
  connection: Connection,
  tables: Tables,
  options: RescanOptions,
  log: Log,
): Promise<RescanResult> {
  if (!(await options.fileSystem.stat(options.root))) throw missingFolder(options.root);
  const store = new RescanStore(connection, tables, options.root);
  try {
    return await new Rescan(store, new Slices(connection, options.clock, options.signal), options, log).run();
  } finally {
    store.dispose();
  }
}

/** A file and what is known of it before it is looked into. */
interface Candidate {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: number;
  /** In the catalogue, when the file was met. */
  readonly row: RecordingRow | undefined;
  /** What it should be; absent until it was inspected. */
  readonly wanted?: RecordingRow;
  readonly base: RecordingRow | undefined;
}

class Rescan {
  readonly #store: RescanStore;
  readonly #slices: Slices;
  readonly #options: RescanOptions;
  readonly #log: Log;
  readonly #visited = new Set<string>();
  readonly #counts = { files: 0, added: 0, updated: 0, removed: 0, unreadable: 0, skippedLines: 0 };
  #progressAt = -Infinity;

  constructor(store: RescanStore, slices: Slices, options: RescanOptions, log: Log) {
    this.#store = store;
    this.#slices = slices;
    this.#options = options;
    this.#log = log;
  }

  async run(): Promise<RescanResult> {
    const { fileSystem, root } = this.#options;
    const ledger = await listLedger(fileSystem, root);
    for (const file of ledger) await this.#readLedger(file);
    await this.#applyKept();
    for await (const { folder, files } of walk(fileSystem, root, (path, error) => this.#unreadable(path, error))) {
      this.#visited.add(folder);
      await this.#processFiles(files);
    }
    if (!this.#visited.has('')) throw missingFolder(root);
    await this.#visitLinkedFolders();
    if (this.#counts.files === 0 && ledger.length === 0 && this.#store.hasRows()) throw emptyFolder(root);
    await this.#removeGone();
    for (const page of this.#store.titledPages()) await this.#slices.each(page, (id) => this.#store.forgetTitles(id));
    for (const page of this.#store.searchedPages()) {
      await this.#slices.each(page, (id) => this.#store.forgetSections(id));
    }
    this.#options.onProgress?.(this.#counts.files);
    return { ...this.#counts };
  }

  async #readLedger(file: string): Promise<void> {
    const { fileSystem, root } = this.#options;
    try {
      for await (const lines of readLines(fileSystem, absolutePath(root, file))) {
        await this.#slices.each(lines, (line) => this.#readLine(line));
      }
    } catch (error) {
      if (!isOfFileSystem(error)) throw error;
      this.#unreadable(file, error);
    }
  }

  /** Locks, and what was deleted, as the whole ledger has it. */
  async #applyKept(): Promise<void> {
    const { fileSystem, root } = this.#options;
    for (const page of this.#store.lockPages()) await this.#slices.each(page, (lock) => this.#store.applyLock(lock));
    for (const page of this.#store.removedPages()) {
      this.#slices.throwIfCancelled();
      const found = await Promise.all(page.map((entry) => whatWasRemoved(entry, root, fileSystem)));
      await this.#slices.each(page, (entry, index) => this.#store.applyRemoved(entry, found[index]));
    }
  }

  #readLine(line: string): void {
    const entry = parseLedgerLine(line);
    if (!entry || (entry.type === 'recording' && !staysBelow(entry.recording.path))) {
      this.#counts.skippedLines += 1;
      return;
    }
    this.#store.addEntry(entry);
  }

  /**
   * Folders that the ledger knows and the walk did not reach: behind a link to another disk, or gone. Only the files
   * right in them are looked at.
   */
  async #visitLinkedFolders(): Promise<void> {
    const { fileSystem, root } = this.#options;
    for (const page of this.#store.ledgerPages()) {
      for (const folder of new Set(page.map(folderOf))) {
        this.#slices.throwIfCancelled();
        if (this.#visited.has(folder)) continue;
        this.#visited.add(folder);
        const path = absolutePath(root, folder);
        try {
          if (await fileSystem.stat(path)) await this.#processFiles(audioFiles(folder, await fileSystem.list(path)));
        } catch (error) {
          if (!isOfFileSystem(error)) throw error;
          this.#unreadable(folder, error);
        }
      }
    }
  }

  async #processFiles(files: readonly string[]): Promise<void> {
    for (let start = 0; start < files.length; start += BATCH) {
      await this.#processBatch(files.slice(start, start + BATCH));
      this.#progress();
    }
  }

  async #processBatch(files: readonly string[]): Promise<void> {
    const sizes = await Promise.all(files.map((path) => this.#stat(path)));
    const candidates: Candidate[] = [];
    await this.#slices.each(files, (path, index) => {
      const size = sizes[index];
      const candidate = size && this.#consider(path, size);
      if (candidate) candidates.push(candidate);
    });
    const changed = candidates.filter((candidate) => candidate.wanted);
    const unknown = candidates.filter((candidate) => !candidate.wanted);
    for (let start = 0; start < unknown.length; start += INSPECTIONS) {
      this.#slices.throwIfCancelled();
      const inspected = unknown.slice(start, start + INSPECTIONS).map((candidate) => this.#inspect(candidate));
      changed.push(...(await Promise.all(inspected)).filter((candidate) => candidate !== undefined));
    }
    await this.#slices.each(changed, (candidate) => this.#apply(candidate));
  }

  async #stat(path: string): Promise<{ readonly bytes: number; readonly modifiedAt: number } | undefined> {
    try {
      const found = await this.#options.fileSystem.stat(absolutePath(this.#options.root, path));
      // A name that is not UTF-8 was listed with replacement characters and cannot be addressed.
      if (!found && path.includes('\uFFFD')) this.#unreadable(path, 'Its name is not UTF-8.');
      return found;
    } catch (error) {
      this.#unreadable(path, error);
      return undefined;
    }
  }

  /** Compares a file with ledger and catalogue; undefined when there is nothing to do. */
  #consider(listed: string, size: { readonly bytes: number; readonly modifiedAt: number }): Candidate | undefined {
    this.#counts.files += 1;
    // HFS+ lists names decomposed that were written composed.
    const known = this.#store.fromLedger(listed) ?? this.#store.fromLedger(listed.normalize('NFC'));
    const path = known?.path ?? listed;
    const row = this.#store.fromCatalogue(path);
    this.#store.see(path);
    if ((row && this.#isOpen(row.id)) || (known && this.#isOpen(known.id))) return undefined;
    const base = known ?? row;
    const wanted = [base, row?.id === base?.id ? row : undefined].find(
      (candidate) => candidate && candidate.state !== 'recording' && candidate.bytes === size.bytes,
    );
    if (wanted && row && sameRow(wanted, row)) return undefined;
    return { path, ...size, row, base, ...(wanted ? { wanted } : {}) };
  }

  async #inspect(candidate: Candidate): Promise<Candidate | undefined> {
    const { inspector, root, signal, clock } = this.#options;
    const { base, path } = candidate;
    if (base?.state === 'recording' && clock.now() - candidate.modifiedAt < QUIET_MS) {
      return { ...candidate, wanted: base };
    }
    const absolute = absolutePath(root, path);
    let found: FoundAudio | undefined;
    try {
      const look = base?.state === 'recording' && inspector.repair ? inspector.repair : inspector.inspect;
      found = await look.call(inspector, absolute, signal);
    } catch (error) {
      this.#slices.throwIfCancelled();
      this.#unreadable(path, error);
      return undefined;
    }
    if (base) return { ...candidate, wanted: inspectedRow(base, found, candidate.bytes) };
    if (!found) {
      this.#unreadable(path, 'It is not audio that Longtake knows.');
      return undefined;
    }
    const wanted = foundRow({ ...candidate, root, found, clock, sourceNamed: (name) => this.#store.sourceNamed(name) });
    return { ...candidate, wanted };
  }

  #apply({ path, row, wanted }: Candidate): void {
    if (!wanted || this.#isOpen(wanted.id)) return;
    const now = this.#store.fromCatalogue(path);
    // Whoever changed the row since the file was met knows it better.
    if (now ? !row || !sameRow(now, row) || this.#isOpen(now.id) : row) return;
    const known = now !== undefined || this.#store.hasId(wanted.id);
    this.#store.put(wanted);
    this.#counts[known ? 'updated' : 'added'] += 1;
  }

  async #removeGone(): Promise<void> {
    for (const page of this.#store.cataloguePages()) {
      const unseen: { readonly id: string; readonly path: string }[] = [];
      await this.#slices.each(page, (row) => {
        if (!this.#store.isSeen(row.path)) unseen.push(row);
      });
      for (let start = 0; start < unseen.length; start += BATCH) {
        const rows = unseen.slice(start, start + BATCH);
        // Asked once more: it may have been opened after its folder was visited, or lie behind a link.
        const gone = await Promise.all(rows.map((row) => this.#isGone(row.path)));
        await this.#slices.each(rows, (row, index) => {
          if (gone[index] && !this.#isOpen(row.id) && this.#store.remove(row.id)) this.#counts.removed += 1;
        });
      }
    }
  }

  /** A disk that gives an error instead of an answer may still have the file. */
  async #isGone(path: string): Promise<boolean> {
    try {
      return (await this.#options.fileSystem.stat(absolutePath(this.#options.root, path))) === undefined;
    } catch (error) {
      this.#unreadable(path, error);
      return false;
    }
  }

  #isOpen(id: string): boolean {
    return this.#options.isOpen(id as RecordingId);
  }

  #unreadable(path: string, error: unknown): void {
    this.#counts.unreadable += 1;
    this.#log.warn('Something in the recordings folder cannot be read.', { path, error: String(error) });
  }

  #progress(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    this.#options.onProgress?.(this.#counts.files);
  }
}

function sameRow(a: RecordingRow, b: RecordingRow): boolean {
  return RECORDING_COLUMNS.every((name) => a[name] === b[name]);
}

/** Node's codes are such as EACCES; SQLite's begin with SQLITE_, ours are sentences. */
function isOfFileSystem(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(errnoOf(error) ?? '');
}

function missingFolder(root: string): LongtakeError {
  return new LongtakeError(
    'NOT_FOUND',
    `The recordings folder "${root}" is not there. Connect its disk, or choose another folder in the settings.`,
  );
}

function emptyFolder(root: string): LongtakeError {
  return new LongtakeError(
    'NOT_FOUND',
    `The recordings folder "${root}" is empty, although recordings were made there. Connect its disk and try again.`,
  );
}
