import { type Control, type ControlOptions, openControl } from '../engine/platform/controlServer.ts';
import { type HeldProfile, holdProfile } from '../engine/platform/heldProfile.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';

/**
 * Takes the profile before anything in it is read. Rejects with a sentence when another program has it; a file system
 * that knows no sockets keeps nothing from being recorded.
 */
export function holdDesktopProfile(folder: string, log: Log): Promise<HeldProfile> {
  return holdProfile({ folder, kind: 'desktop', log: log.scoped('control') }, open);
}

async function open(options: ControlOptions): Promise<Control | undefined> {
  try {
    return await openControl(options);
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'CONFLICT') throw error;
    options.log.warn('Commands cannot ask this program: it has no control socket.', { error: String(error) });
    return undefined;
  }
}
