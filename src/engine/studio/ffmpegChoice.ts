import { checkFfmpeg } from '../clips/checkFfmpeg.ts';

/** Where those that decode look, and the children that begin from now on. */
const CHOSEN = 'LONGTAKE_FFMPEG_CHOSEN';

/** Rejects with INVALID_INPUT for what is no ffmpeg that can be used; empty is none. */
export async function checkFfmpegChoice(path: string | undefined): Promise<void> {
  if (path !== undefined && path !== '') await checkFfmpeg(path);
}

/** Has this one used. */
export function applyFfmpeg(path: string | undefined): void {
  if (path === undefined || path === '') delete process.env[CHOSEN];
  else process.env[CHOSEN] = path;
}
