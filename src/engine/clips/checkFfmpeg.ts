import { execFile } from 'node:child_process';
import { basename, isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import { errorText, LongtakeError } from '../../shared/errors.ts';

const run = promisify(execFile);

/** Older ones lack options that are used here. */
const OLDEST = 4;
const TIMEOUT_MS = 10_000;
/** Its first line: a release has a number, a build of a day has `N-` and one of its own, which counts as new. */
const VERSION = /^ffmpeg version n?(\S+)/;

/**
 * Whether a program is an ffmpeg that can be used, by asking it.
 * @throws INVALID_INPUT with the reason when it is not
 */
export async function checkFfmpeg(path: string): Promise<void> {
  if (!isAbsolute(path)) throw refused('Enter the whole path of ffmpeg, from its root on.');
  // A settings file from elsewhere must not have any other program started.
  if (!/^ffmpeg/i.test(basename(path)))
    throw refused(`The name of the program must begin with ffmpeg: ${path} does not.`);
  let said: string;
  try {
    said = (await run(path, ['-hide_banner', '-version'], { timeout: TIMEOUT_MS })).stdout;
  } catch (error) {
    throw refused(`${path} cannot be started: ${errorText(error)}`);
  }
  const version = VERSION.exec(said)?.[1];
  if (version === undefined) throw refused(`${path} does not say that it is ffmpeg.`);
  const major = /^\d+/.exec(version)?.[0];
  if (major !== undefined && Number(major) < OLDEST) {
    throw refused(`${path} is ffmpeg ${version}. Longtake needs version ${OLDEST} or newer.`);
  }
}

function refused(message: string): LongtakeError {
  return new LongtakeError('INVALID_INPUT', message, { details: { field: 'ffmpegPath' } });
}
