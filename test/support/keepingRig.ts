import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Library, openLibrary } from '../../src/engine/library/library.ts';
import { RetentionKeeper } from '../../src/engine/library/retention.ts';
import { type RemovalVeto, Trash } from '../../src/engine/library/trash.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import type { LedgerEntry } from '../../src/shared/domain/ledger.ts';
import { LEDGER_FOLDER, TRASH_FOLDER } from '../../src/shared/domain/folders.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { Retention } from '../../src/shared/domain/retention.ts';
import type { FileSystem } from '../../src/shared/ports/fileSystem.ts';
import { millis } from '../../src/shared/units.ts';
import { makeRecording } from './makeRecording.ts';
import { silentLog } from './silentLog.ts';

export const START = Date.UTC(2026, 10, 21, 9);

/** A library, a trash and the rules over real files; the clock and the size of the disk are the test's. */
export class KeepingRig {
  readonly root: string;
  readonly dataFolder: string;
  readonly vetoes: RemovalVeto[] = [];
  readonly notices: string[] = [];
  /** Paths of what could not be found any more when it was purged. */
  readonly purged: string[] = [];
  library: Library;
  rules: Retention = {};
  trashDays = 7;
  now = START;
  /** Bytes that the disk has for files below the recordings folder. */
  capacity = Number.MAX_SAFE_INTEGER;
  /** Bytes that a deletion does not give back. */
  held = 0;
  /** Files beside recordings that somebody else wrote. */
  readonly foreign = new Set<string>();
  fileSystem: FileSystem;
  readonly trash: Trash;
  readonly retention: RetentionKeeper;

  private constructor(folder: string) {
    this.root = join(folder, 'recordings');
    this.dataFolder = join(folder, 'data');
    mkdirSync(this.root, { recursive: true });
    this.library = openLibrary(join(this.dataFolder, 'library.db'), silentLog).library;
    this.fileSystem = {
      ...nodeFileSystem,
      freeBytes: () => Promise.resolve(this.capacity - this.held - this.usedBytes()),
    };
    const ports = {
      library: () => this.library,
      fileSystem: this.#fileSystem(),
      clock: this.#clock,
      log: silentLog,
    };
    this.trash = new Trash({
      ...ports,
      ledger: { write: (root, entry) => this.tell(entry, root), flushed: () => Promise.resolve() },
      vetoes: this.vetoes,
      belongs: (_, path) => Promise.resolve(!this.foreign.has(path)),
      onPurged: (id) => Promise.resolve(void this.purged.push(id)),
    });
    this.retention = new RetentionKeeper({
      ...ports,
      trash: this.trash,
      root: () => this.root,
      rules: () => this.rules,
      trashDays: () => this.trashDays,
      onRemoved: () => undefined,
      onTrashChanged: () => undefined,
      onProblem: (message) => this.notices.push(message),
    });
  }

  static async make(): Promise<KeepingRig> {
    return new KeepingRig(await mkdtemp(join(tmpdir(), 'longtake-keeping-')));
  }

  async dispose(): Promise<void> {
    this.library.close();
    await rm(dirname(this.root), { recursive: true, force: true });
  }

  /** A file of `bytes` that the recorder closed at its end. */
  record(change: Partial<Recording> = {}, bytes = 1000): Recording {
    const startedAt = change.startedAt ?? this.now;
    const recording = makeRecording({
      root: this.root,
      startedAt,
      path: `Studio A/${new Date(startedAt).toISOString().slice(0, 10)}/${startedAt}_${randomUUID().slice(0, 8)}.wav`,
      bytes,
      ...change,
    });
    this.write(recording.path, bytes);
    this.tellRecording(recording);
    this.library.saveRecording(recording);
    return recording;
  }

  write(path: string, bytes = 100): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), Buffer.alloc(bytes, 1));
  }

  lock(recording: Recording, locked = true): void {
    this.library.keeping.setLocked(recording.id, locked);
    this.tell({ type: 'locked', at: this.now, recordingId: recording.id, locked });
  }

  tellRecording({ root, locked: _locked, ...recording }: Recording): void {
    this.tell({ type: 'recording', at: this.now, recording }, root);
  }

  tell(entry: LedgerEntry, root = this.root): void {
    mkdirSync(join(root, LEDGER_FOLDER), { recursive: true });
    appendFileSync(join(root, LEDGER_FOLDER, '2026-11.jsonl'), `${JSON.stringify(entry)}\n`);
  }

  /** Throws the database away and makes it anew from disk. */
  async rebuild(): Promise<void> {
    this.library.close();
    rmSync(this.dataFolder, { recursive: true });
    this.library = openLibrary(join(this.dataFolder, 'library.db'), silentLog).library;
    await this.rescan();
  }

  async rescan(): Promise<void> {
    await this.library.rescan({
      root: this.root,
      fileSystem: nodeFileSystem,
      clock: this.#clock,
      signal: new AbortController().signal,
      isOpen: () => false,
      inspector: { inspect: () => Promise.resolve(undefined) },
    });
  }

  /** What the list shows, by path. */
  listed(): Recording[] {
    return this.library
      .days({ limit: 1000 })
      .flatMap(({ day }) => this.library.recordings({ day, offset: 0, limit: 10_000 }).recordings)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Files below the recordings folder but for the ledger, relative to it. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((path) => !path.startsWith(LEDGER_FOLDER))
      .toSorted();
  }

  trashFiles(): string[] {
    return this.files().filter((path) => path.startsWith(TRASH_FOLDER));
  }

  usedBytes(): number {
    return this.files().reduce((sum, path) => sum + statSync(join(this.root, path)).size, 0);
  }

  readonly #clock = {
    now: () => millis(this.now),
    monotonic: () => millis(performance.now()),
    offsetMinutes: () => 0,
    zone: () => 'UTC',
  };

  /** The file system as it is at each call: a test may replace it. */
  #fileSystem(): FileSystem {
    return new Proxy(this.fileSystem, {
      get: (_target, name: keyof FileSystem) => this.fileSystem[name],
    });
  }
}
