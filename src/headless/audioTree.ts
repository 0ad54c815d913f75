import { lstat, readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { FILE_EXTENSIONS } from '../shared/domain/recordingFile.ts';
import { errnoOf } from '../shared/errors.ts';
import { EXIT, Failure } from './exit.ts';
import { refuseStdin } from './stdin.ts';

/** In place of bytes that are no text; a file cannot be asked for by it. */
const NO_CHARACTER = '\uFFFD';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** Its place below what was named, with `/`; its name where a file was named. */
  readonly below: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** What is no audio by its name. */
  readonly others: readonly string[];
  /** Folders that could not be looked into, and files that cannot be asked for. */
  readonly refused: readonly Refused[];
}

export interface Refused {
  /** Absolute. */
  readonly path: string;
  /** A sentence. */
  readonly why: string;
}

/** The audio files that are named, and those in folders that are named; links to folders are not followed. */
export async function audioFiles(named: readonly string[]): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const others: string[] = [];
  const refused: Refused[] = [];
  for (const name of named) {
    refuseStdin(name);
    const path = resolve(name);
    const found = await statOf(path);
    if (!found.isDirectory()) {
      if (isAudio(path)) files.push({ path, below: path.slice(path.lastIndexOf(pathSeparator(path)) + 1) });
      else others.push(path);
      continue;
    }
    for await (const inner of filesBelow(path, refused)) {
      const below = inner.slice(path.length + 1).replaceAll('\\', '/');
      if (isAudio(inner)) files.push({ path: inner, below });
      else others.push(inner);
    }
  }
  return { files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)), others, refused };
}

/** One folder that this user may not look into keeps nobody from the others. */
async function* filesBelow(top: string, refused: Refused[]): AsyncGenerator<string> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(folder, folder === top ? undefined : refused)) {
      const inner = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== '.longtake') folders.push(inner);
      } else if (entry.name.includes(NO_CHARACTER) && !(await isThere(inner))) {
        refused.push({ path: inner, why: 'Its name is not in UTF-8: rename it.' });
      } else if (!entry.name.startsWith('.')) yield inner;
    }
  }
}

/** @throws what the system says, where nobody takes it */
async function entriesOf(folder: string, refused: Refused[] | undefined) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (!refused) throw error;
    const code = errnoOf(error) ?? String(error);
    const why =
      code === 'EACCES' || code === 'EPERM' ? 'This user may not look into it.' : `The disk refuses (${code}).`;
    refused.push({ path: folder, why });
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = errnoOf(error) ?? 'unknown error';
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'There is nothing at' : `The disk refuses (${code})`;
    throw new Failure(EXIT.usage, `${why} ${path}.`);
  }
}

function isAudio(name: string): boolean {
  return FILE_EXTENSIONS.includes(extname(name).slice(1).toLowerCase());
}

function pathSeparator(path: string): string {
  return path.includes('\\') && !path.includes('/') ? '\\' : '/';
}
