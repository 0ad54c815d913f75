import { resolve } from 'node:path';
import type { RequestOutput } from '../../shared/contract/requests.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { type Inspection, inspectFile } from '../recorder/inspect.ts';
import { repairFile } from '../recorder/repair.ts';
import { KnownFolders } from './knownFolders.ts';
import type { StudioParts } from './studio.ts';
import { writeCuesAgain } from './titles.ts';

/** Brings the catalogue in line with what is in a recordings folder; tells its progress as events. */
export async function scanFolder(
  parts: StudioParts,
  recordingsFolder: string,
): Promise<RequestOutput<'library.rescan'>> {
  const { ports, events, library, sources } = parts;
  const { fileSystem, clock } = ports;
  const root = resolve(recordingsFolder);
  const mended: string[] = [];
  let seen = 0;
  try {
    const result = await library().rescan({
      root,
      fileSystem,
      clock,
      signal: new AbortController().signal,
      isOpen: (id) => sources.configs().some((config) => sources.status(config.id).recording?.id === id),
      inspector: {
        inspect: (path, signal) => readable(inspectFile(fileSystem, path, signal)),
        repair: (path) => {
          mended.push(path);
          return readable(repairFile(fileSystem, path));
        },
      },
      onProgress: (files) => {
        seen = files;
        events.emit('rescan.progress', { files, done: false });
      },
    });
    await writeCuesAgain(parts, root, mended);
    await parts.keeping.mendAgain();
    return result;
  } finally {
    events.emit('rescan.progress', { files: seen, done: true });
  }
}

/**
 * Scans the folder that is used now, and those that were used before, as far as the catalogue has never seen them: it
 * may be new because the one before was damaged.
 */
export async function scanKnownFolders(parts: StudioParts, recordingsFolder: string): Promise<void> {
  const { fileSystem, log, dataFolder } = parts.ports;
  const folders = await new KnownFolders(fileSystem, log, dataFolder).remember(recordingsFolder);
  for (const folder of folders) await scanUnknownFolder(parts, folder);
}

async function scanUnknownFolder(parts: StudioParts, recordingsFolder: string): Promise<void> {
  const root = resolve(recordingsFolder);
  try {
    if (parts.library().wasScanned(root) || !(await parts.ports.fileSystem.stat(root))) return;
    await scanFolder(parts, root);
  } catch (error) {
    parts.ports.log.error('The recordings folder could not be scanned.', { root, error: String(error) });
  }
}

/** What is no audio is no error for a scan: it is counted there. */
async function readable(inspection: Promise<Inspection>): Promise<Inspection | undefined> {
  try {
    return await inspection;
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'DAMAGED') return undefined;
    throw error;
  }
}
