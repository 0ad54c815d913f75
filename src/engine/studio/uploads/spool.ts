import { rm } from 'node:fs/promises';
import { errorText } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';

/** Removes what encoders made for an upload that has ended; most uploads have nothing there. */
export function removeSpool(folder: string, log: Log): void {
  rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
    log.warn('Files that were made for an upload could not be removed.', { folder, error: errorText(error) });
  });
}
