import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { type Connection, connect, faultOf, migrate, moveAside } from '../database/databaseFile.ts';
import { migrations as allMigrations } from './migrations.ts';

export type { Connection };

/** How long a statement waits for another process that holds the database, ms. */
const BUSY_TIMEOUT_MS = 2000;

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
  const setAside = existed && !isSound(path, log) ? moveAside(path) : undefined;
  // A session that a power cut makes us forget would be an audio at the target that nobody owns.
  const connection = connect(path, { busyMs: BUSY_TIMEOUT_MS, synchronous: 'FULL' });
  try {
    migrate(connection, migrations, 'The queue of uploads');
  } catch (error) {
    connection.close();
    throw error;
  }
  return { connection, isNew: !existed || setAside !== undefined, ...(setAside === undefined ? {} : { setAside }) };
}

function isSound(path: string, log: Log): boolean {
  try {
    const fault = faultOf(path, BUSY_TIMEOUT_MS);
    if (fault !== undefined) log.error('The queue of uploads failed its check.', { path, result: fault });
    return fault === undefined;
  } catch (error) {
    const code = errnoOf(error);
    // Such as a folder in its place.
    if (!code?.startsWith('SQLITE_CANTOPEN')) throw error;
    log.error('The queue of uploads could not be read.', { path, code });
    return false;
  }
}
