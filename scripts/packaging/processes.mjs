import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';

const BUILT = join(root, 'out', 'main');
/** Where the files of the processes are gathered; its content lies in `out/main` of the packaged program. */
const PROCESSES = join(root, 'out', 'package', 'main');

/** What the packaged program starts: itself, and its children. The `longtake` command is for Node. */
const ENTRIES = ['index.js', 'recorder.js', 'prober.js', 'analyst.js', 'checker.js', 'exporter.js'];
const IMPORT = /(?:from|import|import\()\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g;

/**
 * Gathers what the build made for these processes, and nothing that only others use.
 * @returns {Promise<string[]>} their files in the build
 */
export async function gatherProcesses() {
  const files = await filesOf(ENTRIES.map((name) => join(BUILT, name)));
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
      if (path !== undefined) found.add(join(dirname(file), path));
    }
  }
  return [...found];
}
