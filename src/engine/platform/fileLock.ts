import Database from 'better-sqlite3';

export interface FileLock {
  release(): void;
}

/**
 * Locks the file at `path`, absolute, which is made where it is missing; undefined when another process has it. It is
 * the lock of an empty database, so the system gives it back whatever becomes of this process.
 */
export function lockFile(path: string): FileLock | undefined {
  const connection = new Database(path, { timeout: 0 });
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  return {
    release: () => {
      connection.close();
    },
  };
}
