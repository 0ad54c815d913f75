import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One hour of 44.1 kHz stereo that swells and fades. */
export const HOUR_SECONDS = 3600;

/** Makes the files and returns their paths. */
export async function makeHour(folder: string): Promise<Readonly<Record<'wav' | 'flac' | 'mp3' | 'opus', string>>> {
  const path = (ending: string): string => join(folder, `hour.${ending}`);
  const noise = `anoisesrc=d=${HOUR_SECONDS}:c=pink:r=44100:a=0.3:s=7`;
  const tone = `sine=f=440:r=44100:d=${HOUR_SECONDS}`;
  const mix = '[0]tremolo=f=0.1:d=0.9[a];[a][1]amerge=inputs=2';
  const inputs = ['-f', 'lavfi', '-i', noise, '-f', 'lavfi', '-i', tone, '-filter_complex', mix];
  await run('ffmpeg', ['-v', 'error', ...inputs, '-c:a', 'pcm_s16le', path('wav')]);
  const encodings = [
    ['flac', '-compression_level', '5'],
    ['mp3', '-c:a', 'libmp3lame', '-b:a', '128k'],
    ['opus', '-c:a', 'libopus', '-b:a', '96k'],
  ] as const;
  for (const [ending, ...options] of encodings) {
    await run('ffmpeg', ['-v', 'error', '-i', path('wav'), ...options, path(ending)]);
  }
  return { wav: path('wav'), flac: path('flac'), mp3: path('mp3'), opus: path('opus') };
}
