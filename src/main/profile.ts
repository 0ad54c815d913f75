import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { DEFAULT_SETTINGS, type Settings } from '../shared/domain/settings.ts';
import { ownFolder } from './profileFolder.ts';

/**
 * Settings of a first start. A separate profile also holds its recordings, so that two studios never write into the
 * same place.
 */
export function firstSettings(): Settings {
  const own = ownFolder();
  const recordingsFolder = own === undefined ? join(musicFolder(), 'Longtake') : join(own, 'Recordings');
  return { ...DEFAULT_SETTINGS, recordingsFolder };
}

function musicFolder(): string {
  try {
    return app.getPath('music');
  } catch {
    // The system names no folder for music; the person chooses another one in the settings if they like.
    return homedir();
  }
}
