import type { Log } from '../../shared/ports/log.ts';
import type { Sources } from './sources.ts';

/** A keychain that is locked keeps nothing from being recorded: they are moved at the next start. */
export async function moveLogins(sources: Sources, log: Log): Promise<void> {
  try {
    await sources.moveLogins();
  } catch (error) {
    log.error('A password in the address of a stream could not be moved to the other secrets.', {
      error: String(error),
    });
  }
}
