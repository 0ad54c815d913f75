import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { KnownFolders } from './knownFolders.ts';
import type { StudioParts } from './studio.ts';

/** What commands on this computer ask. */
export function localHandlers(parts: StudioParts): Pick<Handlers, 'library.recordingAt' | 'exports.startAt'> {
  return {
    'library.recordingAt': ({ path }) => recordingAt(parts, path),
    'exports.startAt': ({ request, to }) => {
      if (!isAbsolute(to)) throw new LongtakeError('INVALID_INPUT', 'Name the whole path of the export.');
      return parts.exporting.exports.startAt(request, resolve(to));
    },
  };
}

/** Looked for in every recordings folder that was ever used: recordings stay where they were made. */
export async function recordingAt({ ports, library }: StudioParts, path: string): Promise<Recording> {
  const { settings } = ports.settingsStore.read();
  const file = resolve(path);
  const folders = await new KnownFolders(ports.fileSystem, ports.log, ports.dataFolder).known(
    settings.recordingsFolder,
  );
  for (const root of folders) {
    const below = relative(root, file);
    if (below === '' || below.startsWith('..') || isAbsolute(below)) continue;
    const found = library().byPath(root, below.split(sep).join('/').normalize('NFC'));
    if (found) return found;
  }
  throw new LongtakeError('NOT_FOUND', `The library has no recording ${file}. A rescan finds what is new.`);
}
