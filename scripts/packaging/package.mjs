import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';

/** @typedef {import('../setup/electron.mjs').Runtime} Runtime */

const BUILDER = join(root, 'node_modules', 'electron-builder', 'cli.js');
/** A machine that signs and compresses for several targets may take long. */
const TIMEOUT_MS = 60 * 60 * 1000;
/** Architectures and platforms that the runtime at hand may not be for. */
const OTHERS = ['--x64', '--arm64', '--armv7l', '--ia32', '--universal', '--mac', '--win', '--linux', '-m', '-w', '-l'];

/**
 * Runs electron-builder on what was built.
 * @param {Runtime} runtime the Electron at hand, which is packed where it fits
 * @param {readonly string[]} args for electron-builder; empty: a folder for this machine
 * @param {(line: string) => void} print
 * @param {{ output?: string }} [options] `output`: another folder than `dist`
 * @returns {Promise<string | undefined>} what a folder for this machine takes on the disk
 * @throws when it cannot be packaged
 */
export async function packageProgram(runtime, args, print, { output = join(root, 'dist') } = {}) {
  const forThis = !args.some((argument) => OTHERS.includes(argument));
  const atHand = forThis
    ? [
        // Nothing is downloaded then.
        `-c.electronDist=${process.platform === 'darwin' ? dirname(dirname(dirname(dirname(runtime.executable)))) : dirname(runtime.executable)}`,
        `-c.electronVersion=${runtime.version}`,
        ...(args.length === 0 ? ['--dir'] : []),
      ]
    : [];
  const result = await run(
    process.execPath,
    [BUILDER, ...args, ...atHand, `-c.directories.output=${output}`, '--publish', 'never'],
    { cwd: root, timeoutMs: TIMEOUT_MS, onLine: (line) => isNews(line) && print(line) },
  );
  if (result.code !== 0) throw new Error(`electron-builder failed:\n${result.tail.slice(-15).join('\n')}`);
  const folder = join(output, `${process.platform === 'win32' ? 'win' : process.platform}-unpacked`);
  if (!existsSync(folder)) return undefined;
  return `${Math.round((await sizeOf(folder)) / 1e6)} MB unpacked`;
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
