import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Connection,
  connect as connectTo,
  faultOf,
  migrate,
  moveAside,
} from '../../engine/database/databaseFile.ts';
import type { Log } from '../../shared/ports/log.ts';
import { migrations } from './migrations.ts';

export type { Connection };

/** How long a statement waits for another process, ms. */
const BUSY_TIMEOUT_MS = 5000;

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
  const setAside = existsSync(path) && faultOf(path, BUSY_TIMEOUT_MS) !== undefined ? moveAside(path) : undefined;
  if (setAside !== undefined) {
    log.error('The database of the server was unreadable and was set aside; sessions come back from the storage.', {
      path,
      setAside,
    });
  }
  keepPrivate(path);
  const sure = connectTo(path, { busyMs: BUSY_TIMEOUT_MS, synchronous: 'FULL' });
  try {
    migrate(sure, migrations, 'The database of this server');
    return { sure, quick: connectTo(path, { busyMs: BUSY_TIMEOUT_MS, synchronous: 'NORMAL' }), setAside };
  } catch (error) {
    sure.close();
    throw error;
  }
}

/** It holds keys and hashes, and its folder may be one that others can look into. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  // What SQLite makes beside it gets the same mode; what is there already has its own.
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
