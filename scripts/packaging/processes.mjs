import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';

const BUILT = join(root, 'out', 'main');
/** Where the files of the processes are gathered; its content lies in `out/main` of the packaged program. */
const PROCESSES = join(root, 'out', 'package', 'main');

/** The `longtake` command for Node: the packaged program runs it itself. */
const FOR_NODE = ['longtake.js'];
const IMPORT = /(?:from|import|import\()\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g;

/**
 * Gathers what the build made for these processes, and nothing that only others use.
 * @returns {Promise<string[]>} their files in the build
 */
export async function gatherProcesses() {
  const entries = (await readdir(BUILT)).filter((name) => name.endsWith('.js') && !FOR_NODE.includes(name));
  const files = await filesOf(entries.map((name) => join(BUILT, name)));
  await rm(PROCESSES, { recursive: true, force: true });
  for (const file of files) {
    const to = join(PROCESSES, relative(BUILT, file));
    await mkdir(dirname(to), { recursive: true });
    await copyFile(file, to);
  }
  return files;
}

/**
 * These files and all that they import.
 * @param {readonly string[]} entries
 * @returns {Promise<string[]>}
 */
async function filesOf(entries) {
  const found = new Set(entries);
  for (const file of found) {
    for (const [, path] of (await readFile(file, 'utf8')).matchAll(IMPORT)) {
      // Texts of packages look like imports, too; what the build really imports is there.
      if (path !== undefined && existsSync(join(dirname(file), path))) found.add(join(dirname(file), path));
    }
  }
  return [...found];
}
