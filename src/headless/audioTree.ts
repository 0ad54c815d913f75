import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { FILE_EXTENSIONS } from '../shared/domain/recordingFile.ts';
import { errnoOf } from '../shared/errors.ts';
import { EXIT, Failure } from './exit.ts';
import { refuseStdin } from './stdin.ts';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** Its place below what was named, with `/`; its name where a file was named. */
  readonly below: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** What could not be listed, or is no audio by its name. */
  readonly others: readonly string[];
}

/** The audio files that are named, and those in folders that are named; links to folders are not followed. */
export async function audioFiles(named: readonly string[]): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const others: string[] = [];
  for (const name of named) {
    refuseStdin(name);
    const path = resolve(name);
    const found = await statOf(path);
    if (!found.isDirectory()) {
      if (isAudio(path)) files.push({ path, below: path.slice(path.lastIndexOf(pathSeparator(path)) + 1) });
      else others.push(path);
      continue;
    }
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      const inner = join(entry.parentPath, entry.name);
      const below = inner.slice(path.length + 1).replaceAll('\\', '/');
      if (entry.isDirectory() || entry.name.startsWith('.') || below.split('/').includes('.longtake')) continue;
      if (isAudio(entry.name)) files.push({ path: inner, below });
      else others.push(inner);
    }
  }
  return { files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)), others };
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
