import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LongtakeError } from '../../shared/errors.ts';

/** A program that is started from the desktop of macOS does not get the shell's PATH. */
const MAC_FOLDERS = ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];

/** The part of the environment that decides. */
export interface FfmpegEnvironment {
  /** Path of the ffmpeg to use. */
  readonly LONGTAKE_FFMPEG?: string | undefined;
  /** The one of the settings. */
  readonly LONGTAKE_FFMPEG_CHOSEN?: string | undefined;
  readonly PATH?: string | undefined;
  /** The one in the package. */
  readonly LONGTAKE_FFMPEG_BUNDLED?: string | undefined;
}

/**
 * Path of ffmpeg: LONGTAKE_FFMPEG, else the chosen one while it is there, the first in PATH, the one in the package. Looked up at each call, so that a person can install it
 * while Longtake runs. Rejects with DECODER_MISSING, which says how to get it.
 */
export async function findFfmpeg(
  env: FfmpegEnvironment = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  if (env.LONGTAKE_FFMPEG) {
    if (await isProgram(env.LONGTAKE_FFMPEG)) return env.LONGTAKE_FFMPEG;
    throw missing(`LONGTAKE_FFMPEG names "${env.LONGTAKE_FFMPEG}", which is not a program that can be run.`, platform);
  }
  if (env.LONGTAKE_FFMPEG_CHOSEN && (await isProgram(env.LONGTAKE_FFMPEG_CHOSEN))) return env.LONGTAKE_FFMPEG_CHOSEN;
  const folders = [...(env.PATH ?? '').split(delimiter), ...(platform === 'darwin' ? MAC_FOLDERS : [])];
  const name = platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of folders.filter((text) => text !== '')) {
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  const bundled = env.LONGTAKE_FFMPEG_BUNDLED;
  if (bundled && (await isProgram(bundled))) return bundled;
  throw missing('ffmpeg was not found. Converting, and decoding MP3, AAC, Opus and Vorbis, need it.', platform);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there or not ours to run: the next folder may have one.
    return false;
  }
}

function missing(why: string, platform: NodeJS.Platform): LongtakeError {
  const how =
    platform === 'win32'
      ? 'Install it with "winget install ffmpeg"'
      : platform === 'darwin'
        ? 'Install it with "brew install ffmpeg"'
        : 'Install the package "ffmpeg" of your system';
  return new LongtakeError('DECODER_MISSING', `${why} ${how}, or set LONGTAKE_FFMPEG to its path.`);
}
