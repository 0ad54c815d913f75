import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { LEDGER_FOLDER, TRASH_FOLDER } from '../../shared/domain/folders.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Refusal } from '../../shared/domain/removal.ts';
import type { RemovalReason } from '../../shared/domain/retention.ts';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import { dayAt, type RecordingId } from '../../shared/units.ts';
import type { KeepingStore, Removed } from './keepingStore.ts';
import type { Library } from './library.ts';
import { absolutePath, folderOf, staysBelow } from './paths.ts';

/** A ledger that main writes beside the recorder's lines. */
export interface LedgerWriter {
  write(root: string, entry: LedgerEntry): void;
  /** Resolves when all is on disk, or was refused by it. */
  flushed(): Promise<void>;
}

/** Says why a recording must not be deleted, as a sentence; undefined when it may be. */
export type RemovalVeto = (recording: Recording) => string | undefined;

export interface TrashPorts {
  readonly library: () => Library;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: LedgerWriter;
  readonly vetoes: readonly RemovalVeto[];
  /** Whether a file with the name of a recording, `path` below its folder, was written by Longtake for it. */
  readonly belongs: (recording: Recording, path: string) => Promise<boolean>;
  /** Its file is gone for good: what was kept about it can go, too. */
  readonly onPurged: (id: RecordingId) => Promise<void>;
}

/** Extensions of files that Longtake writes beside a recording, under its name. */
const BELONGING_EXTENSIONS = ['.cue'];

/**
 * Moves recordings out of the list and back. A deleted file is renamed into `.longtake/trash/<day>` of its recordings
 * folder, so that it takes no time and no space; the ledger tells of it before it is done, so that a crash at any
 * moment leaves nothing that nobody knows of. One piece of work at a time.
 */
export class Trash {
  readonly #ports: TrashPorts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: TrashPorts) {
    this.#ports = ports;
  }

  /** Why it has to stay; undefined when it may go. */
  refusal(recording: Recording): string | undefined {
    if (recording.state === 'recording') return 'It is being recorded. Stop the source first.';
    if (this.#keeping.isLocked(recording.id)) return 'It is locked. Unlock it first.';
    for (const veto of this.#ports.vetoes) {
      const reason = veto(recording);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /**
   * Moves these to the trash, as far as they may go; for want of space, removes them for good. A few dozen at a time
   * keep everything else running.
   */
  remove(
    ids: readonly RecordingId[],
    reason: RemovalReason,
  ): Promise<{ readonly removed: readonly Removed[]; readonly refused: readonly Refusal[] }> {
    return this.#alone(async () => {
      const refused: Refusal[] = [];
      const planned: Removed[] = [];
      for (const id of ids) {
        const recording = this.#keeping.recording(id);
        if (!recording) {
          refused.push({ id, message: 'This recording does not exist any more.' });
          continue;
        }
        const why = this.refusal(recording) ?? (await this.#changed(recording, reason));
        if (why === undefined) planned.push(await this.#plan(recording, reason, planned));
        else refused.push({ id, message: why });
      }
      for (const item of planned) this.#tell(item);
      await this.#ports.ledger.flushed();
      const removed: Removed[] = [];
      for (const item of planned) {
        const outcome = await (reason === 'space' ? this.#destroy(item) : this.#moveAway(item));
        if (typeof outcome === 'string') refused.push({ id: item.recording.id, message: outcome });
        else removed.push(outcome);
      }
      await this.#ports.ledger.flushed();
      this.#keeping.saveRemoved(removed);
      for (const item of removed) {
        const { path } = item.recording;
        this.#ports.log.info('A recording was deleted.', { path, reason, trash: item.trash ?? '(there was no file)' });
      }
      return { removed, refused };
    });
  }

  /** Puts recordings back. Where the name is taken meanwhile, with a number. */
  restore(
    ids: readonly RecordingId[],
  ): Promise<{ readonly restored: readonly Recording[]; readonly refused: readonly Refusal[] }> {
    return this.#alone(async () => {
      const restored: Recording[] = [];
      const refused: Refusal[] = [];
      for (const id of ids) {
        try {
          restored.push(await this.#restore(id));
        } catch (error) {
          this.#ports.log.warn('A recording could not be restored.', { id, error: String(error) });
          const message = error instanceof LongtakeError ? error.message : systemSentence('restored', error);
          refused.push({ id, message });
        }
      }
      await this.#ports.ledger.flushed();
      return { restored, refused };
    });
  }

  /** Removes the files of these for good. */
  purge(items: readonly Removed[]): Promise<{ readonly removed: number; readonly bytes: number }> {
    return this.#alone(async () => {
      let removed = 0;
      let bytes = 0;
      for (const item of items) {
        // Restored, or removed already, since the list was made.
        const now = this.#keeping.removed(item.recording.id);
        if (now?.trash === undefined || !(await this.#purge(now, now.trash))) continue;
        removed += 1;
        bytes += now.recording.bytes;
      }
      await this.#ports.ledger.flushed();
      return { removed, bytes };
    });
  }

  get #keeping(): KeepingStore {
    return this.#ports.library().keeping;
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** A rule deletes what Longtake wrote and knows; a file that is another one by now is somebody's work. */
  async #changed({ root, path, bytes }: Recording, reason: RemovalReason): Promise<string | undefined> {
    try {
      const found = await this.#ports.fileSystem.stat(absolutePath(root, path));
      if (found) {
        return reason === 'person' || found.bytes === bytes ? undefined : 'Its file was changed since it was recorded.';
      }
      // By hand, a line whose file is gone can be taken out of the list; a rule waits for a disk that may come back.
      if (reason === 'person' && (await this.#ports.fileSystem.stat(absolutePath(root, LEDGER_FOLDER))))
        return undefined;
      return 'Its file is not there. Connect its disk.';
    } catch (error) {
      return systemSentence('deleted', error);
    }
  }

  async #plan(recording: Recording, reason: RemovalReason, others: readonly Removed[]): Promise<Removed> {
    const { clock, fileSystem } = this.#ports;
    const { root, path } = recording;
    const now = clock.now();
    const wanted = `${TRASH_FOLDER}/${dayAt(now, clock.offsetMinutes(now))}/${path}`;
    const taken = new Set(others.filter((other) => other.recording.root === root).map((other) => other.trash));
    const trash = await freePath(fileSystem, root, wanted, taken);
    const belongings: string[] = [];
    for (const extension of BELONGING_EXTENSIONS) {
      const belonging = withExtension(path, extension);
      const isThere = await fileSystem.stat(absolutePath(root, belonging));
      // What somebody else put beside a recording stays where it is.
      if (isThere && (await this.#ports.belongs(recording, belonging))) belongings.push(belonging);
    }
    return { recording, removedAt: now, reason, trash, belongings };
  }

  #tell({ recording, removedAt, reason, trash = '', belongings }: Removed): void {
    const { root } = recording;
    this.#ports.ledger.write(root, {
      type: 'removed',
      at: removedAt,
      reason,
      recording: ledgerRow(recording),
      trash,
      belongings: [...belongings],
    });
  }

  /** What became of it, or why it could not be moved. */
  async #moveAway(item: Removed): Promise<Removed | string> {
    const { recording, trash = '', belongings } = item;
    const { root, path } = recording;
    try {
      await this.#move(root, path, trash);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return this.#gone(item);
      this.#ports.log.warn('A recording could not be moved to the trash.', { path, error: String(error) });
      this.#untell(recording);
      return systemSentence('deleted', error);
    }
    for (const belonging of belongings) {
      await this.#try(() => this.#move(root, belonging, withExtension(trash, extensionOf(belonging))), belonging);
    }
    await this.#leaveFolder(recording);
    return item;
  }

  /** On a full disk there may be no room for another name: the file is removed where it is. */
  async #destroy(item: Removed): Promise<Removed | string> {
    const { fileSystem } = this.#ports;
    const { root, path, id } = item.recording;
    try {
      await fileSystem.removeFile(absolutePath(root, path));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        this.#ports.log.warn('A recording could not be removed.', { path, error: String(error) });
        this.#untell(item.recording);
        return systemSentence('deleted', error);
      }
    }
    for (const belonging of item.belongings) {
      await this.#try(() => fileSystem.removeFile(absolutePath(root, belonging)), belonging);
    }
    await this.#try(() => this.#ports.onPurged(id), id);
    await this.#leaveFolder(item.recording);
    return this.#gone(item);
  }

  #gone(item: Removed): Removed {
    const { root, id } = item.recording;
    this.#ports.ledger.write(root, { type: 'purged', at: this.#ports.clock.now(), recordingId: id });
    return { ...item, trash: undefined };
  }

  /** The ledger has told of a deletion that did not take place. */
  #untell(recording: Recording): void {
    const at = this.#ports.clock.now();
    this.#ports.ledger.write(recording.root, { type: 'recording', at, recording: ledgerRow(recording) });
  }

  async #restore(id: RecordingId): Promise<Recording> {
    const { fileSystem, library } = this.#ports;
    const item = this.#keeping.removed(id);
    if (item?.trash === undefined) {
      throw new LongtakeError('NOT_FOUND', 'This recording is not in the trash any more.');
    }
    const { recording, trash, belongings } = item;
    const { root } = recording;
    const path = await freePath(fileSystem, root, recording.path, new Set());
    await this.#move(root, trash, path);
    for (const belonging of belongings) {
      const extension = extensionOf(belonging);
      await this.#try(
        () => this.#move(root, withExtension(trash, extension), withExtension(path, extension)),
        belonging,
      );
    }
    await this.#removeEmptyFolders(root, folderOf(trash));
    const restored: Recording = { ...recording, path, locked: this.#keeping.isLocked(id) };
    this.#untell(restored);
    library().saveRecording(restored);
    this.#keeping.takeBack(id);
    this.#ports.log.info('A recording was restored.', { path });
    return restored;
  }

  async #purge(item: Removed, trash: string): Promise<boolean> {
    const { fileSystem, log } = this.#ports;
    const { id, root } = item.recording;
    if (!isInTrash(trash)) {
      log.error('The trash names a file that is not in it; it is left alone.', { trash });
      return false;
    }
    try {
      await fileSystem.removeFile(absolutePath(root, trash));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || !(await this.#isThere(root))) {
        log.warn('A file in the trash could not be removed.', { trash, error: String(error) });
        return false;
      }
    }
    for (const belonging of item.belongings) {
      const path = withExtension(trash, extensionOf(belonging));
      await this.#try(() => fileSystem.removeFile(absolutePath(root, path)), path);
    }
    await this.#removeEmptyFolders(root, folderOf(trash));
    this.#ports.ledger.write(root, { type: 'purged', at: this.#ports.clock.now(), recordingId: id });
    this.#keeping.notePurged(id);
    await this.#try(() => this.#ports.onPurged(id), id);
    log.info('A deleted recording was removed for good.', { trash, bytes: item.recording.bytes });
    return true;
  }

  /** The disk with this recordings folder is there. */
  async #isThere(root: string): Promise<boolean> {
    return (await this.#ports.fileSystem.stat(absolutePath(root, LEDGER_FOLDER))) !== undefined;
  }

  async #move(root: string, from: string, to: string): Promise<void> {
    const { fileSystem } = this.#ports;
    const target = absolutePath(root, to);
    await fileSystem.makeFolder(absolutePath(root, folderOf(to)));
    await fileSystem.move(absolutePath(root, from), target);
  }

  /** What goes along with a recording is no reason to fail. */
  async #try(work: () => Promise<void>, what: string): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        this.#ports.log.warn('A file that belongs to a recording could not go with it.', {
          what,
          error: String(error),
        });
      }
    }
  }

  /** The folders of a recording are made for it, of a file that a person brought by that person. */
  async #leaveFolder({ root, path, connection }: Recording): Promise<void> {
    if (connection !== undefined && staysBelow(path)) await this.#removeEmptyFolders(root, folderOf(path), '');
  }

  /** From `folder` up to `top`, which stays. Nobody else makes files in the trash. */
  async #removeEmptyFolders(root: string, folder: string, top = TRASH_FOLDER): Promise<void> {
    for (let at = folder; at.length > top.length && at.startsWith(top); at = folderOf(at)) {
      try {
        await this.#ports.fileSystem.removeFolder(absolutePath(root, at));
      } catch {
        // Something else is in it still.
        return;
      }
    }
  }
}

/** As the ledger tells of it: it has lines of their own for locks. */
function ledgerRow(recording: Recording): Omit<Recording, 'root' | 'locked'> {
  const { root: _root, locked: _locked, ...row } = recording;
  return row;
}

/** The path itself, or with `_2`, `_3` ... where a file has the name already. */
async function freePath(
  fileSystem: FileSystem,
  root: string,
  path: string,
  taken: ReadonlySet<string | undefined>,
): Promise<string> {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? path : path.replace(/(\.[^./]+)?$/, `_${count}$1`);
    if (!taken.has(candidate) && !(await fileSystem.stat(absolutePath(root, candidate)))) return candidate;
  }
}

/** What the ledger and the database say is only believed of paths in the trash. */
export function isInTrash(path: string): boolean {
  return path.startsWith(`${TRASH_FOLDER}/`) && staysBelow(path);
}

const withExtension = (path: string, extension: string): string => path.replace(/(\.[^./]+)?$/, extension);
const extensionOf = (path: string): string => path.slice(path.lastIndexOf('.'));

function systemSentence(done: string, error: unknown): string {
  switch (errnoOf(error)) {
    case 'EXDEV':
      return 'It lies on another disk than its recordings folder. Delete it in the file manager.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `It could not be ${done}: the disk does not allow it. Check the permissions of the recordings folder.`;
    case 'EBUSY':
    case 'ETXTBSY':
      return `It could not be ${done}: another program uses it. Close it there and try again.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `It could not be ${done}: the disk is full. Empty the trash first.`;
    default:
      return `It could not be ${done}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
