import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** Lies in the resources of the packaged program as `ffmpeg`. */
const PLACE = join(root, 'out', 'package', 'ffmpeg');
const LICENCE = /^(?:licen[cs]e|copying)/i;

/**
 * Puts an ffmpeg into the package, or none.
 * @param {string | undefined} folder with the program and the text of its licence, and nothing that is not needed
 * @param {string} platform
 * @throws when one of the two is not there
 */
export async function gatherFfmpeg(folder, platform) {
  await rm(PLACE, { recursive: true, force: true });
  await mkdir(PLACE, { recursive: true });
  if (folder === undefined || folder === '') return;
  const program = platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  const names = await readdir(folder);
  if (!names.includes(program)) throw new Error(`There is no ${program} in ${folder} (LONGTAKE_PACKAGE_FFMPEG).`);
  if (!names.some((name) => LICENCE.test(name))) {
    throw new Error(
      `The licence of ffmpeg is not in ${folder} (LONGTAKE_PACKAGE_FFMPEG): put LICENSE or COPYING there.`,
    );
  }
  await cp(folder, PLACE, { recursive: true });
}
