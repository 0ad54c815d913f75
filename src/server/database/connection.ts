import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import SQLite from 'better-sqlite3';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { migrations } from './migrations.ts';

export type Connection = SQLite.Database;

/** How long a statement waits for another process, ms. */
const BUSY_TIMEOUT_MS = 5000;
/** Files that SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ['', '-wal', '-shm'] as const;

export interface Connections {
  /** What it commits is there after a power cut, with all that was committed before. */
  readonly sure: Connection;
  /** For what the storage proves: after a power cut its last commits may be missing, and are found again at the start. */
  readonly quick: Connection;
  /** Where a database that could not be read was moved to. */
  readonly setAside: string | undefined;
}

/**
 * Opens the database and brings its schema up to date; makes it when it is missing. What is there and is no sound
 * database is renamed, never deleted. @throws CONFLICT for one of a newer Longtake
 */
export function connect(path: string, log: Log): Connections {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const setAside = existsSync(path) && !isSound(path) ? moveAside(path) : undefined;
  if (setAside !== undefined) {
    log.error('The database of the server was unreadable and was set aside; sessions come back from the storage.', {
      path,
      setAside,
    });
  }
  const sure = open(path, 'FULL');
  migrate(sure);
  return { sure, quick: open(path, 'NORMAL'), setAside };
}

function open(path: string, synchronous: 'FULL' | 'NORMAL'): Connection {
  const connection = new SQLite(path, { timeout: BUSY_TIMEOUT_MS });
  connection.pragma('journal_mode = WAL');
  connection.pragma(`synchronous = ${synchronous}`);
  connection.pragma('foreign_keys = ON');
  return connection;
}

function isSound(path: string): boolean {
  let connection: Connection | undefined;
  try {
    connection = new SQLite(path, { timeout: BUSY_TIMEOUT_MS });
    return connection.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    const code = error instanceof SQLite.SqliteError ? error.code : '';
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return false;
    throw error;
  } finally {
    connection?.close();
  }
}

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

function migrate(connection: Connection): void {
  const version = Number(connection.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    connection.close();
    throw new LongtakeError(
      'CONFLICT',
      'The database of this server was written by a newer version of Longtake. Install the newest version to open it.',
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
