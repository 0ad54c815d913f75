import { errnoOf, LongtakeError, type ErrorCode } from '../../shared/errors.ts';
import { DAMAGE, isDamage } from '../database/databaseFile.ts';

export const DAMAGED_LIBRARY =
  'The library is damaged. Start Longtake again: it sets the damaged file aside and rebuilds the list from disk.';

const sentences: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'DISK_FULL', 'The disk of the library is full. Free some space and try again.'],
  [
    /^(SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS)/,
    'DISK_DENIED',
    'The library cannot be opened for writing. Check the permissions of its folder.',
  ],
  [
    /^(SQLITE_BUSY|SQLITE_LOCKED)/,
    'CONFLICT',
    'Another program holds the library. Close other running copies of Longtake and try again.',
  ],
  [DAMAGE, 'DAMAGED', DAMAGED_LIBRARY],
  [/^(SQLITE_IOERR|E[A-Z]+$)/, 'DISK_ERROR', 'The disk of the library does not answer properly. Check the disk.'],
];

let hasSeenDamage = false;

/** Some statement of this process came upon damage: a library that is closed then is looked through at its next start. */
export const sawDamage = (): boolean => hasSeenDamage;

/** Gives an error of SQLite or the file system its code and sentence; leaves everything else as it is. */
export function toLibraryError(error: unknown): unknown {
  const code = errnoOf(error);
  if (error instanceof LongtakeError || code === undefined) return error;
  if (isDamage(error)) hasSeenDamage = true;
  const match = sentences.find(([pattern]) => pattern.test(code));
  return match ? new LongtakeError(match[1], match[2], { cause: error, details: { system: code } }) : error;
}

/** Does something with the database; its errors get their code and sentence. */
export function attempt<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw toLibraryError(error);
  }
}
