import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';

export type Connection = Database.Database;

/** Files that SQLite keeps beside a database in WAL mode. */
const COMPANIONS = ['', '-wal', '-shm'] as const;

export interface ConnectOptions {
  /** How long a statement waits for another process that holds the database, ms. */
  readonly busyMs: number;
  /** FULL: what was committed is there after a power cut. NORMAL: the newest commits may be missing, but no half of one. */
  readonly synchronous: 'FULL' | 'NORMAL';
}

/** Opens the database at `path`, or makes it, with a write-ahead log. Throws as SQLite does. */
export function connect(path: string, { busyMs, synchronous }: ConnectOptions): Connection {
  const connection = new Database(path, { timeout: busyMs });
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma('foreign_keys = ON');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Looks through the database at `path`, which takes some 4 ms per MB. Returns what is wrong with it; undefined: it is
 * sound. Throws as SQLite does for what is no damage.
 */
export function faultOf(path: string, busyMs: number): string | undefined {
  let connection: Connection | undefined;
  try {
    connection = new Database(path, { timeout: busyMs });
    const first = String(connection.pragma('quick_check(1)', { simple: true }));
    return first === 'ok' ? undefined : first;
  } catch (error) {
    if (isDamage(error)) return String(error);
    throw error;
  } finally {
    connection?.close();
  }
}

export const DAMAGE = /^(SQLITE_CORRUPT|SQLITE_NOTADB)/;

/** The content of the database is not what it should be. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.test(errnoOf(error) ?? '');
}

/** Renames the database and its companions, which may hold the newest rows; returns the new path. */
export function moveAside(path: string): string {
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

/** How many steps of its schema a database has had; 0: it has no table yet. */
export function versionOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/**
 * Runs the steps that the database has not had, each in a transaction with its version number, so that a crash
 * leaves it at a whole version. Throws CONFLICT when the database has more steps than are known; `what` it is begins
 * the sentence.
 */
export function migrate(connection: Connection, migrations: readonly string[], what: string): void {
  const version = versionOf(connection);
  if (version > migrations.length) {
    throw new LongtakeError(
      'CONFLICT',
      `${what} was written by a newer version of Longtake. Install the newest version to open it.`,
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
