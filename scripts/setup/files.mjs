import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './problem.mjs';

const STALE_MS = 24 * 60 * 60 * 1000;
const TEMPORARY = '.unfinished-';

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} undefined when there is no such file
 */
export async function readIfThere(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Promise<unknown>} undefined when there is no such file, or no JSON in it
 */
export async function readJsonIfThere(path) {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    // A file cut short by a crash counts as missing: it is only ever a note of
    // work done, and the work is done again.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Writes a file so that nobody ever reads half of it.
 * @param {string} path
 * @param {unknown} value
 */
export async function writeJson(path, value) {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, `${JSON.stringify(value, null, 2)}\n`);
  await rename(beside, path);
}

/**
 * Fills a folder of the cache in one go: it appears complete or not at all,
 * and when two set-ups make the same one, the first to finish wins.
 * @param {string} folder must not exist, except as an empty folder
 * @param {(temporary: string) => Promise<void>} fill
 * @throws what `fill` throws, and then there is no folder
 */
export async function fillFolder(folder, fill) {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const temporary = join(parent, `${TEMPORARY}${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(temporary);
  try {
    await fill(temporary);
    await putInPlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Moves a folder, also across file systems.
 * @param {string} from
 * @param {string} to must not exist, except as an empty folder
 */
export async function moveFolder(from, to) {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
    await rm(from, { recursive: true });
  }
}

/**
 * @param {string} temporary
 * @param {string} folder
 */
async function putInPlace(temporary, folder) {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  }
}

/**
 * Removes what an interrupted set-up left behind long ago.
 * @param {string} parent
 */
async function sweep(parent) {
  const now = Date.now();
  for (const name of await readdir(parent)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(parent, name);
    try {
      if (now - (await stat(path)).mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}
