import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import {
  type Connection,
  connect,
  faultOf,
  isDamage,
  migrate,
  moveAside,
  versionOf,
} from '../database/databaseFile.ts';
import { takeClosedMark } from './closedMark.ts';
import { toLibraryError } from './libraryError.ts';
import { migrations as allMigrations } from './migrations.ts';

export type { Connection };

/** A compiled statement that yields rows. */
export interface Query<Parameters extends unknown[], Row> {
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  iterate(...parameters: Parameters): Iterable<Row>;
}

/** A compiled statement that changes rows; `changes` is how many. */
export interface Command<Parameters extends unknown[]> {
  run(...parameters: Parameters): { readonly changes: number };
}

/** How long a statement waits for another process that holds the database, ms. */
const BUSY_TIMEOUT_MS = 2000;

export interface OpenedDatabase {
  readonly connection: Connection;
  /** It was not there before, or what was there was set aside. */
  readonly created: boolean;
  /** It was closed well the last time, and taken for sound on that word: see {@link checkDatabase}. */
  readonly unchecked?: boolean;
  /** Where an unreadable database was moved to. */
  readonly setAside?: string;
}

export interface OpenOptions {
  /** Somebody has just run {@link checkDatabase}, which takes some 4 ms per MB. */
  readonly isSound?: boolean | undefined;
  readonly migrations?: readonly string[];
}

/**
 * Opens the database at `path` and brings its schema up to date; makes it and its folder when missing. A file that
 * is not a sound database is renamed, never deleted, and a new one made; what has not changed since it was closed well
 * is not looked through. Throws CONFLICT for a database from a newer Longtake or one held by another process,
 * DISK_DENIED and DISK_ERROR for what the disk refuses.
 */
export function openDatabase(
  path: string,
  log: Log,
  { isSound = false, migrations = allMigrations }: OpenOptions = {},
): OpenedDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const wasClosedWell = takeClosedMark(path);
    const existed = existsSync(path);
    const sound =
      existed && isFile(path, log) ? openExisting(path, log, migrations, isSound || wasClosedWell) : undefined;
    if (sound) return { ...sound, unchecked: !isSound && wasClosedWell };
    const setAside = existed ? moveAside(path) : undefined;
    if (setAside !== undefined) log.error('The library was unreadable and was set aside.', { path, setAside });
    return { ...upToDate(path, migrations), created: true, ...(setAside === undefined ? {} : { setAside }) };
  } catch (error) {
    throw toLibraryError(error);
  }
}

/** Looks through the database at `path`. Returns what is wrong with it; undefined: it is sound. Throws as SQLite does. */
export const checkDatabase = (path: string): string | undefined => faultOf(path, BUSY_TIMEOUT_MS);

/** A folder in its place, as some backup programs leave one, cannot be opened and is as good as a damaged file. */
function isFile(path: string, log: Log): boolean {
  if (!statSync(path).isDirectory()) return true;
  log.error('There is a folder in place of the library.', { path });
  return false;
}

/** Undefined when its content is not a database or fails the check. */
function openExisting(
  path: string,
  log: Log,
  migrations: readonly string[],
  isTrusted: boolean,
): Pick<OpenedDatabase, 'connection' | 'created'> | undefined {
  try {
    const fault = isTrusted ? undefined : checkDatabase(path);
    // An empty file is a sound database too: version 0, without a table.
    if (fault === undefined) return upToDate(path, migrations);
    log.error('The library failed its check.', { path, result: fault });
  } catch (error) {
    if (!isDamage(error)) throw error;
    log.error('The library could not be read.', { path, code: errnoOf(error) });
  }
  return undefined;
}

function upToDate(path: string, migrations: readonly string[]): Pick<OpenedDatabase, 'connection' | 'created'> {
  const connection = connect(path, { busyMs: BUSY_TIMEOUT_MS, synchronous: 'NORMAL' });
  try {
    const created = versionOf(connection) === 0;
    migrate(connection, migrations, 'The library');
    return { connection, created };
  } catch (error) {
    connection.close();
    throw error;
  }
}
