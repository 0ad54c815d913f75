import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fallback } from './electron-fallback.mjs';
import { readJsonIfThere, writeJson } from './files.mjs';
import { root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';
import { run } from './run.mjs';

/** @typedef {import('./report.mjs').Progress} Progress */

const OUT = join(root, 'out');
const BUILD_TIMEOUT_MS = 10 * 60 * 1000;
/** What else decides what comes out. */
const INPUTS = [
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'README.md',
  'scripts/pages/help.mjs',
  'scripts/pages/licences.mjs',
  'scripts/pages/plugin.mjs',
];
const TEST_FILE = /\.test\.tsx?$/;

/**
 * For every call of electron-vite: it compiles for the Electron that package.json
 * names, but the fall-back is older, and what it runs, all newer ones run.
 */
export const buildEnv = { ELECTRON_MAJOR_VER: fallback.version.split('.')[0] };

/**
 * A hash over the names and contents of everything that the app is built from.
 * @param {string} [project] folder of the project
 * @returns {Promise<string>}
 */
export async function hashOfSources(project = root) {
  const entries = await readdir(join(project, 'src'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !TEST_FILE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const path of [...files, ...INPUTS.map((name) => join(project, name))].toSorted()) {
    hash.update(`${relative(project, path)}\0`);
    hash.update(await readFile(path));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/**
 * Builds the app into `out/` when its sources changed since the last time.
 * @param {Progress} progress
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<string>} what was done
 * @throws {SetupProblem} when the sources do not build
 */
export async function buildApp(progress, { force = false } = {}) {
  const stampPath = join(OUT, '.longtake-build.json');
  const hash = await hashOfSources();
  const stamp = await readJsonIfThere(stampPath);
  const built = typeof stamp === 'object' && stamp !== null && 'sources' in stamp && stamp.sources === hash;
  if (built && !force && existsSync(join(OUT, 'main', 'index.js'))) return 'up to date';
  progress('building');
  const script = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const result = await run(process.execPath, [script, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, ...buildEnv },
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (result.code !== 0) {
    throw new SetupProblem({
      what: 'the app could not be built',
      why: result.tail.slice(-20).join('\n'),
      todo: 'Correct the source it names, then try again.',
    });
  }
  await writeJson(stampPath, { sources: hash });
  return 'built';
}
