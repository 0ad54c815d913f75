import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { migrations as allMigrations } from './migrations.ts';

export type Connection = Database.Database;

/** How long a statement waits for another process that holds the database, ms. */
const BUSY_TIMEOUT_MS = 2000;
/** Files that SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ['', '-wal', '-shm'] as const;

export interface OpenedQueue {
  readonly connection: Connection;
  /** It begins empty: there was none, or none that could be read. */
  readonly isNew: boolean;
  /** Where an unreadable queue was moved to. */
  readonly setAside?: string;
}

/**
 * Opens the queue at `path`, or makes it. One that cannot be read is renamed, never deleted, and a new one made.
 * Throws CONFLICT for one from a newer Longtake, and SQLite's own errors for what the disk refuses.
 */
export function openQueue(path: string, log: Log, migrations = allMigrations): OpenedQueue {
  mkdirSync(dirname(path), { recursive: true });
  const existed = existsSync(path);
  const sound = existed ? openSound(path, log) : undefined;
  if (sound) return { connection: prepared(sound, migrations), isNew: false };
  const setAside = existed ? moveAside(path) : undefined;
  const connection = prepared(new Database(path, { timeout: BUSY_TIMEOUT_MS }), migrations);
  return { connection, isNew: true, ...(setAside === undefined ? {} : { setAside }) };
}

function openSound(path: string, log: Log): Connection | undefined {
  let connection: Connection | undefined;
  try {
    connection = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    if (connection.pragma('quick_check(1)', { simple: true }) === 'ok') return connection;
    log.error('The queue of uploads failed its check.', { path });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^SQLITE_(CORRUPT|NOTADB|CANTOPEN)/.test(code)) {
      connection?.close();
      throw error;
    }
    log.error('The queue of uploads could not be read.', { path, code });
  }
  connection?.close();
  return undefined;
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

function prepared(connection: Connection, migrations: readonly string[]): Connection {
  try {
    connection.pragma('journal_mode = WAL');
    // A session that a power cut makes us forget would be an audio at the target that nobody owns.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    migrate(connection, migrations);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function migrate(connection: Connection, migrations: readonly string[]): void {
  const version = Number(connection.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new LongtakeError(
      'CONFLICT',
      'The queue of uploads was written by a newer version of Longtake. Install the newest version to use it.',
    );
  }
  migrations.slice(version).forEach((step, index) => {
    connection.transaction(() => {
      connection.exec(step);
      connection.pragma(`user_version = ${version + index + 1}`);
    })();
  });
}
