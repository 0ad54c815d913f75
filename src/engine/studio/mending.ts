import { join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError, errorText } from '../../shared/errors.ts';
import { repairFile } from '../recorder/repair.ts';
import type { Keeping, KeepingPorts } from './keeping.ts';

type MendingPorts = Pick<KeepingPorts, 'clock' | 'fileSystem' | 'log' | 'events' | 'library'> & Pick<Keeping, 'ledger'>;

/**
 * Writes the true length into the headers of recordings whose disk refused that when they were closed. What it refuses
 * again waits for the next call. Never rejects for a file.
 */
export async function mendAgain(ports: MendingPorts): Promise<void> {
  for (const recording of ports.library().unmended()) {
    const change = await mended(ports, recording);
    if (change) keep(ports, recording, change);
  }
}

/** What the file is now; undefined when the disk did not take it. */
async function mended(
  { fileSystem, log }: MendingPorts,
  recording: Recording,
): Promise<Pick<Recording, 'samples' | 'bytes'> | undefined> {
  const path = join(recording.root, recording.path);
  try {
    const { samples, bytes } = await repairFile(fileSystem, path);
    log.info('The header of a recording was mended: the disk has refused that before.', { path });
    return { samples, bytes };
  } catch (error) {
    if (error instanceof LongtakeError) {
      log.error('The header of a recording cannot be mended; the file is left as it is.', {
        path,
        error: error.message,
      });
      return recording;
    }
    log.debug('The header of a recording still cannot be mended.', { path, error: errorText(error) });
    return undefined;
  }
}

function keep(
  { clock, events, ledger, library }: MendingPorts,
  { id }: Recording,
  { samples, bytes }: Pick<Recording, 'samples' | 'bytes'>,
): void {
  // It may have been deleted meanwhile: a line about it would take it back.
  const known = library().recording(id);
  if (!known) return;
  const { unmended: _, ...recording } = { ...known, samples, bytes };
  const { root, locked: __, ...row } = recording;
  ledger.write(root, { type: 'recording', at: clock.now(), recording: row });
  library().saveRecording(recording);
  events.emit('recordings.changed', recording);
}
