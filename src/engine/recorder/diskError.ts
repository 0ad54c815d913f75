import { LongtakeError, errnoOf } from '../../shared/errors.ts';
import { FileDeletedError, type WriterFailure } from './recordingWriter.ts';

const DISK_FULL_MESSAGE =
  'The disk is full. Free some space or choose another recordings folder; recording then goes on by itself.';

/** Before a file is opened in vain. */
export function diskFull(): LongtakeError {
  return new LongtakeError('DISK_FULL', DISK_FULL_MESSAGE);
}

/** So little room is left that recording to the disk has ended. */
export function diskShort(): LongtakeError {
  return new LongtakeError(
    'DISK_FULL',
    'The disk is full up to the space that is kept free. Free some space, choose another recordings folder, or keep less free in the settings; recording then goes on by itself.',
  );
}

/** A file error with the sentence for the person. */
export function diskError(error: unknown): LongtakeError {
  if (error instanceof LongtakeError) return error;
  if (error instanceof FileDeletedError) {
    return new LongtakeError(
      'DISK_ERROR',
      'The file that was being recorded has been deleted. Recording goes on in a new file.',
      { cause: error },
    );
  }
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LongtakeError('DISK_FULL', DISK_FULL_MESSAGE, { cause: error });
    case 'ENAMETOOLONG':
      return new LongtakeError(
        'INVALID_INPUT',
        'The pattern for file names makes a path that is too long for this disk. Shorten it in the settings.',
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

/** Why a recording could not be written, with the sentence for the person. */
export function failureError(failure: WriterFailure): LongtakeError {
  switch (failure.kind) {
    case 'too slow':
      return new LongtakeError(
        'TOO_SLOW',
        'The disk did not take the audio in time. Check that it is healthy and not busy with something else.',
      );
    case 'disk':
      return diskError(failure.error);
  }
}
