import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { app } from 'electron';
import { DEFAULT_SETTINGS, type Settings } from '../shared/domain/settings.ts';

export interface Profile {
  /** Everything that this program keeps, recordings excepted; absolute. */
  readonly folder: string;
  /** Settings of a first start. */
  readonly defaults: Settings;
}

/**
 * The profile to use: LONGTAKE_USER_DATA names the folder of a separate one, which then also holds its recordings,
 * so that two studios never write into the same place. Call it before the app is ready.
 */
export function chooseProfile(): Profile {
  const own = process.env['LONGTAKE_USER_DATA'];
  if (own !== undefined && own !== '') {
    const folder = resolve(own);
    mkdirSync(folder, { recursive: true });
    app.setPath('userData', folder);
    return { folder, defaults: { ...DEFAULT_SETTINGS, recordingsFolder: join(folder, 'Recordings') } };
  }
  return {
    folder: app.getPath('userData'),
    defaults: { ...DEFAULT_SETTINGS, recordingsFolder: join(musicFolder(), 'Longtake') },
  };
}

function musicFolder(): string {
  try {
    return app.getPath('music');
  } catch {
    // The system names no folder for music; the person chooses another one in the settings if they like.
    return homedir();
  }
}
