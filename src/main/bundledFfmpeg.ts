import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

/** Tells the processes that decode where the package has an ffmpeg, if it has one. */
export function tellBundledFfmpeg(): void {
  if (!app.isPackaged) return;
  const path = join(process.resourcesPath, 'ffmpeg', process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
  if (existsSync(path)) process.env['LONGTAKE_FFMPEG_BUNDLED'] = path;
}
