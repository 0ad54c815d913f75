import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { takeClosedMark } from './closedMark.ts';
import { isDamage, sqliteCode, toLibraryError } from './libraryError.ts';
import { migrations as allMigrations } from './migrations.ts';

export type Connection = Database.Database;

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

/** Files that SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ['', '-wal', '-shm'] as const;

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
    const connection = prepared(new Database(path, { timeout: BUSY_TIMEOUT_MS }), migrations);
    return { connection, created: true, ...(setAside === undefined ? {} : { setAside }) };
  } catch (error) {
    throw toLibraryError(error);
  }
}

/** Looks through the database at `path`. Returns what is wrong with it; undefined: it is sound. Throws as SQLite does. */
export function checkDatabase(path: string): string | undefined {
  const connection = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    return faultOf(connection);
  } catch (error) {
    if (isDamage(error)) return String(error);
    throw error;
  } finally {
    connection.close();
  }
}

function faultOf(connection: Connection): string | undefined {
  const [first] = connection.pragma('quick_check(1)', { simple: false }) as { quick_check: string }[];
  return first?.quick_check === 'ok' ? undefined : (first?.quick_check ?? 'nothing');
}

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
  const connection = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const fault = isTrusted ? undefined : faultOf(connection);
    if (fault === undefined) {
      // An empty file is a sound database too: version 0, without a table.
      const created = versionOf(connection) === 0;
      return { connection: prepared(connection, migrations), created };
    }
    log.error('The library failed its check.', { path, result: fault });
  } catch (error) {
    connection.close();
    if (!isDamage(error)) throw error;
    log.error('The library could not be read.', { path, code: sqliteCode(error) });
  }
  connection.close();
  return undefined;
}

/** Renames the database and its companions, which may hold the newest rows; returns the new path. */
function moveAside(path: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let count = 1; ; count += 1) {
    const target = `${path}.damaged-${stamp}${count === 1 ? '' : `-${count}`}`;
    if (COMPANIONS.some((suffix) => existsSync(target + suffix))) continue;
    for (const suffix of COMPANIONS) {
      if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
    }
    return target;
  }
}

function prepared(connection: Connection, migrations: readonly string[]): Connection {
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
    migrate(connection, migrations);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** How many steps of the schema the database has had. */
function versionOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/**
 * Runs the steps that the database has not had, each in a transaction with its version number, so that a crash
 * leaves it at a whole version. Throws CONFLICT when the database has more steps than are known.
 */
export function migrate(connection: Connection, migrations: readonly string[]): void {
  const version = versionOf(connection);
  if (version > migrations.length) {
    throw new LongtakeError(
      'CONFLICT',
      'The library was written by a newer version of Longtake. Install the newest version to open it.',
      { details: { found: version, known: migrations.length } },
    );
  }
  migrations.slice(version).forEach((step, index) => {
    connection.transaction(() => {
      connection.exec(step);
      connection.pragma(`user_version = ${version + index + 1}`);
    })();
  });
}
