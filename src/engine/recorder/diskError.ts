import { LongtakeError, errnoOf } from '../../shared/errors.ts';

/** A file error with the sentence for the person. */
export function diskError(error: unknown): LongtakeError {
  if (error instanceof LongtakeError) return error;
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LongtakeError(
        'DISK_FULL',
        'The disk is full. Free some space or choose another recordings folder; recording then goes on by itself.',
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LongtakeError(
        'DISK_DENIED',
        'Longtake may not write to the recordings folder. Change its permissions or choose another folder.',
        { cause: error },
      );
    default:
      return new LongtakeError(
        'DISK_ERROR',
        `The recordings folder cannot be written (${errnoOf(error) ?? 'unknown error'}). Check that the disk is connected and healthy.`,
        { cause: error },
      );
  }
}
