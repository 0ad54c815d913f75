import { FILE_EXTENSIONS } from '../../shared/domain/recordingFile.ts';
import type { DirectoryEntry, FileSystem } from '../../shared/ports/fileSystem.ts';
import { absolutePath } from './paths.ts';

/** Longtake's own folder in a recordings folder: it holds no recordings. */
const OWN_FOLDER = '.longtake';
/** macOS keeps attributes in `._name` files on volumes that have none; they are not audio. */
const COMPANION_PREFIX = '._';
const EXTENSIONS: ReadonlySet<string> = new Set(FILE_EXTENSIONS);

/** The audio files of one folder, as paths relative to the recordings folder. */
export interface VisitedFolder {
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * Visits `folder` (relative, empty for the recordings folder itself) and every folder below it. Links to folders are
 * not followed, so that a loop cannot catch it. `onUnreadable` hears of folders that cannot be listed.
 */
export async function* walk(
  fileSystem: FileSystem,
  root: string,
  onUnreadable: (folder: string, error: unknown) => void,
): AsyncGenerator<VisitedFolder> {
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    let entries: readonly DirectoryEntry[];
    try {
      entries = await fileSystem.list(absolutePath(root, folder));
    } catch (error) {
      onUnreadable(folder, error);
      continue;
    }
    for (const entry of entries) {
      if (entry.isDirectory && entry.name !== OWN_FOLDER) waiting.push(below(folder, entry.name));
    }
    yield { folder, files: audioFiles(folder, entries) };
  }
}

/** The audio files among the entries of `folder`. */
export function audioFiles(folder: string, entries: readonly DirectoryEntry[]): readonly string[] {
  return entries
    .filter((entry) => !entry.isDirectory && !entry.name.startsWith(COMPANION_PREFIX) && isAudio(entry.name))
    .map((entry) => below(folder, entry.name));
}

function isAudio(name: string): boolean {
  return EXTENSIONS.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
