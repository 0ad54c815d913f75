import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DEFAULT_SETTINGS, type Settings } from '../shared/domain/settings.ts';

/** What programs without a desktop share with the one that has it: its settings, library and secrets. */
export interface Profile {
  /** Absolute. */
  readonly folder: string;
  /** Settings of a first start. */
  readonly defaults: Settings;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Where the programs that record with a profile keep their log, one after the other; absolute. */
export const logFolderOf = ({ folder }: Profile): string => join(folder, 'logs');

/** An empty HOME is none: all would be written to wherever this was started. */
const homeFolder = (): string => (homedir() === '' ? userInfo().homedir : homedir());

/** As Electron names the folder of this program. */
const NAME = 'Longtake';

/**
 * The profile that `--profile` names, else LONGTAKE_USER_DATA, else the desktop's own. A named one keeps its recordings
 * in itself until its settings say something else, so that two studios never write into the same place.
 */
export function chooseProfile(
  named: string | undefined,
  { env, platform, home }: Surroundings = { env: process.env, platform: process.platform, home: homeFolder() },
): Profile {
  const own = [named, env['LONGTAKE_USER_DATA']].find((folder) => folder !== undefined && folder !== '');
  if (own !== undefined) {
    const folder = resolve(own);
    return { folder, defaults: { ...DEFAULT_SETTINGS, recordingsFolder: join(folder, 'Recordings') } };
  }
  const surroundings = { env, platform, home };
  return {
    folder: join(configFolder(surroundings), NAME),
    defaults: { ...DEFAULT_SETTINGS, recordingsFolder: join(musicFolder(surroundings), NAME) },
  };
}

function configFolder({ env, platform, home }: Surroundings): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  const { XDG_CONFIG_HOME: config = '' } = env;
  return config === '' ? join(home, '.config') : config;
}

function musicFolder({ env, platform, home }: Surroundings): string {
  if (platform === 'darwin' || platform === 'win32') return join(home, 'Music');
  const { XDG_CONFIG_HOME: config = '' } = env;
  try {
    const text = readFileSync(join(config === '' ? join(home, '.config') : config, 'user-dirs.dirs'), 'utf8');
    return userFolder(text, home) ?? join(home, 'Music');
  } catch {
    // Most computers without a desktop have no such list.
    return join(home, 'Music');
  }
}

/** The music folder in a list as xdg-user-dirs writes it: `XDG_MUSIC_DIR="$HOME/Musik"`. */
function userFolder(text: string, home: string): string | undefined {
  const value = /^\s*XDG_MUSIC_DIR\s*=\s*"((?:[^"\\]|\\.)*)"/m.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1');
  if (value === undefined || value === '') return undefined;
  if (value === '$HOME' || value.startsWith('$HOME/')) return join(home, value.slice('$HOME'.length));
  return isAbsolute(value) ? value : undefined;
}
