import { spawn } from 'node:child_process';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { demuxerOf } from './ffmpeg.ts';
import { decodeError, reasonOf } from './ffmpegOutput.ts';
import { findFfmpeg } from './findFfmpeg.ts';

/** Kept to tell what is wrong, characters. */
const MAX_ERROR_TEXT = 8192;

/**
 * Decodes the file at `path` (absolute) to its end with ffmpeg and throws the audio away. Returns what ffmpeg complains
 * of; undefined: nothing. Rejects with DECODER_MISSING and CANCELLED.
 */
export async function deepCheck(path: string, container: Container, signal: AbortSignal): Promise<string | undefined> {
  const program = await findFfmpeg();
  return new Promise((resolve, reject) => {
    const child = spawn(
      program,
      ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'file', '-err_detect', 'crccheck'].concat([
        '-f',
        demuxerOf(container),
        '-i',
        path,
        '-map',
        '0:a:0',
        '-f',
        'null',
        '-',
      ]),
      { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true },
    );
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(0, MAX_ERROR_TEXT);
    });
    const abort = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => reject(decodeError(error.message, text, path)));
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(new LongtakeError('CANCELLED', 'The check was cancelled.'));
      else resolve(reasonOf(text, path) ?? (code === 0 ? undefined : `it ended with code ${code ?? 'none'}`));
    });
  });
}
