import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';

/** @typedef {import('../setup/electron.mjs').Runtime} Runtime */

const BUILDER = join(root, 'node_modules', 'electron-builder', 'cli.js');
/** A deb has to name one; reserved for where there is none. */
const NO_HOMEPAGE = 'https://example.org/';
/** A machine that signs and compresses for several targets may take long. */
const TIMEOUT_MS = 60 * 60 * 1000;
/**
 * Runs electron-builder on what was built.
 * @param {Runtime} runtime the Electron at hand, which is packed for this machine, so that nothing is downloaded
 * @param {readonly string[]} args for electron-builder; empty: a folder for this machine
 * @param {(line: string) => void} print
 * @param {{ output?: string }} [options] `output`: another folder than `dist`
 * @returns {Promise<string | undefined>} what a folder for this machine takes on the disk
 * @throws when it cannot be packaged
 */
export async function packageProgram(runtime, args, print, { output = join(root, 'dist') } = {}) {
  // What is given to others is never made of it: it may be an old one.
  const isForHere = args.every((argument) => argument === '--dir');
  const { executable, version } = runtime;
  // Of macOS's, the program lies three folders deep.
  const folder = process.platform === 'darwin' ? resolve(executable, '../../../..') : dirname(executable);
  const atHand = isForHere ? ['--dir', `-c.electronDist=${folder}`, `-c.electronVersion=${version}`] : args;
  const homepage = `-c.extraMetadata.homepage=${await homepageOf(root)}`;
  const result = await run(
    process.execPath,
    [BUILDER, ...atHand, homepage, `-c.directories.output=${output}`, '--publish', 'never'],
    { cwd: root, timeoutMs: TIMEOUT_MS, onLine: (line) => isNews(line) && print(line) },
  );
  if (result.code !== 0)
    throw new Error(`electron-builder failed:\n${result.tail.filter(isNews).slice(-15).join('\n')}`);
  const packaged = join(output, `${process.platform === 'win32' ? 'win' : process.platform}-unpacked`);
  if (!existsSync(packaged)) return undefined;
  return `${Math.round((await sizeOf(packaged)) / 1e6)} MB unpacked`;
}

/**
 * Where the program comes from: the page of the repository that was cloned.
 * @param {string} folder
 * @returns {Promise<string>}
 */
async function homepageOf(folder) {
  const { code, stdout } = await run('git', ['remote', 'get-url', 'origin'], { cwd: folder });
  const remote = /^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/git@|git@)([\w.-]+)[:/]([\w./-]+?)(?:\.git)?\/?$/.exec(
    stdout.trim(),
  );
  return code === 0 && remote ? `https://${remote[1]}/${remote[2]}` : NO_HOMEPAGE;
}

/**
 * Packages are gathered by this project itself: what electron-builder thinks of those that it looks for is no news.
 * @param {string} line
 */
function isNews(line) {
  return !/cannot find path for dependency|duplicate dependency|searching for node modules|npm warn/.test(line);
}

/**
 * @param {string} folder
 * @returns {Promise<number>} bytes of all files in it
 */
export async function sizeOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
