import { join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { RecordingId } from '../../shared/units.ts';
import { indexFile } from '../clips/frameIndexes.ts';
import type { AnalysedFile } from '../analysis/analyser.ts';

const PEAKS_ENDING = '.peaks';
const LEVELS_ENDING = '.levels';

const peaksFolder = (dataFolder: string): string => join(dataFolder, 'cache', 'peaks');
const levelsFolder = (dataFolder: string): string => join(dataFolder, 'cache', 'levels');
/** Where indexes of the frames of MP3 and AAC files are kept. */
export const framesFolder = (dataFolder: string): string => join(dataFolder, 'cache', 'frames');

export const peaksFile = (dataFolder: string, id: RecordingId): string =>
  join(peaksFolder(dataFolder), `${id}${PEAKS_ENDING}`);
export const levelsFile = (dataFolder: string, id: RecordingId): string =>
  join(levelsFolder(dataFolder), `${id}${LEVELS_ENDING}`);

/** Where a recording is, and what is kept about its audio. */
export function analysedFile(dataFolder: string, { id, root, path, container }: Recording): AnalysedFile {
  return {
    path: join(root, path),
    container,
    peaksFile: peaksFile(dataFolder, id),
    levelsFile: levelsFile(dataFolder, id),
  };
}

/** What is kept goes with the recording. */
export async function removeAnalysis(fileSystem: FileSystem, dataFolder: string, id: RecordingId): Promise<void> {
  const frames = indexFile(framesFolder(dataFolder), id);
  for (const path of [levelsFile(dataFolder, id), peaksFile(dataFolder, id), frames])
    await removeIfThere(fileSystem, path);
}

/** All files that are kept, by the recording's id, with those that are only begun. */
export async function keptFiles(
  fileSystem: FileSystem,
  dataFolder: string,
): Promise<readonly { readonly path: string; readonly id: string; readonly isLevels: boolean }[]> {
  const lists = await Promise.all(
    [peaksFolder(dataFolder), levelsFolder(dataFolder), framesFolder(dataFolder)].map(async (folder) => {
      const entries = await listIfThere(fileSystem, folder);
      return entries
        .filter(({ isDirectory }) => !isDirectory)
        .map(({ name }) => ({
          path: join(folder, name),
          id: name.split('.')[0] ?? '',
          isLevels: name.endsWith(LEVELS_ENDING),
        }));
    }),
  );
  return lists.flat();
}

export async function removeIfThere(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.removeFile(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

async function listIfThere(fileSystem: FileSystem, folder: string) {
  try {
    return await fileSystem.list(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
