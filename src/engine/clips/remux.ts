import { type ChildProcess, spawn } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LongtakeError } from '../../shared/errors.ts';
import { reasonOf } from './ffmpegOutput.ts';
import { type FfmpegEnvironment, findFfmpeg } from './findFfmpeg.ts';

/** Kept to tell what went wrong, characters. */
const MAX_ERROR_TEXT = 8192;

export interface RemuxJob {
  /** Absolute, at least one. */
  readonly inputs: readonly string[];
  /** Absolute; must not be there. */
  readonly output: string;
  readonly media: 'mp4' | 'webm';
  readonly signal: AbortSignal;
}

/** As the system says of a full disk, or of a person who may not use more of it. */
const NO_ROOM = /no space left on device|quota exceeded/i;
/** A disk with less takes nothing worth writing, bytes. */
const LEAST_ROOM = 1024 * 1024;

const DEMUXERS = { mp4: 'mov', webm: 'matroska' } as const;

/**
 * Copies the audio of one file, or of several that follow each other, into one, without re-encoding; of MP4 with its
 * index at the front. Resolves with what ffmpeg had to say about what it took all the same.
 * @throws DECODER_MISSING, DAMAGED, DISK_FULL, CANCELLED
 */
export async function remux(job: RemuxJob, env: FfmpegEnvironment = process.env): Promise<string> {
  const program = await ffmpegFor(env);
  const { output, media, signal } = job;
  const target = media === 'mp4' ? ['-movflags', '+faststart', '-f', 'mp4'] : ['-f', 'webm'];
  const child = spawn(
    program,
    ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'file', ...(await inputOf(job))]
      .concat(['-map', '0:a', '-c', 'copy', ...target])
      .concat(['-n', output]),
    { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true },
  );
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) end();
    const text = await ended(child);
    if (signal.aborted) throw new LongtakeError('CANCELLED', 'Joining was cancelled.');
    // It may end with 0 although there was no room for the end of the file.
    if (NO_ROOM.test(text) || (child.exitCode !== 0 && (await isFull(dirname(output))))) {
      throw new LongtakeError('DISK_FULL', 'The disk is full: there was no room for what ffmpeg joins.');
    }
    if (child.exitCode === 0) return text.trim();
    const reason = reasonOf(text) ?? `it ended with ${child.exitCode ?? child.signalCode ?? 'nothing'}`;
    throw new LongtakeError('DAMAGED', `ffmpeg says: ${reason.slice(0, 500)}`);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < LEAST_ROOM;
}

async function ffmpegFor(env: FfmpegEnvironment): Promise<string> {
  try {
    return await findFfmpeg(env);
  } catch (error) {
    if (!(error instanceof LongtakeError)) throw error;
    throw new LongtakeError(
      error.code,
      `Joining MP4 and WebM needs ffmpeg, and it was not found. Install the package "ffmpeg", or set LONGTAKE_FFMPEG to its path, then try again.`,
      { cause: error },
    );
  }
}

async function inputOf({ inputs, output, media }: RemuxJob): Promise<readonly string[]> {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) return ['-f', DEMUXERS[media], '-i', only];
  const list = `${output}.txt`;
  await writeFile(list, inputs.map((path) => `file '${path.replaceAll("'", String.raw`'\''`)}'\n`).join(''));
  return ['-f', 'concat', '-safe', '0', '-i', list];
}

function ended(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-MAX_ERROR_TEXT);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new LongtakeError('DECODER_MISSING', `ffmpeg could not be started. Reinstall it. (${error.message})`)),
    );
    child.once('close', () => resolve(text));
  });
}
