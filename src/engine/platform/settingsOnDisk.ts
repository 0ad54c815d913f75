import {
  copyFileSync,
  constants,
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../shared/domain/settings.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { SettingsStore, StoredState } from '../../shared/ports/settingsStore.ts';
import { type ReadSettings, readSettingsFile, SETTINGS_VERSION } from './settingsFile.ts';

export const SETTINGS_NAME = 'settings';

export interface OpenedSettings {
  readonly store: SettingsStore;
  /** Sentences for the person: what was wrong with the file, and where it is kept. */
  readonly notices: readonly string[];
}

export const settingsPath = (folder: string): string => join(folder, `${SETTINGS_NAME}.json`);

/**
 * The same `settings.json` as the window's, for a studio without Electron. A file that cannot be used, or only in part,
 * is kept beside it under another name. Every write is atomic.
 * @throws when the folder cannot be written
 */
export function openPlainSettings(folder: string, defaults: Settings): OpenedSettings {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = settingsPath(folder);
  const read = readStoredState(path, defaults);
  let { state } = read;
  const write = (changed: StoredState): void => {
    replaceFile(path, JSON.stringify(contentOf(changed), undefined, 2));
    state = changed;
  };
  write(state);
  return { store: { read: () => state, write }, notices: read.notices };
}

/** What is on disk, or the defaults; with a sentence for each thing of it that cannot be used. */
export function readStoredState(
  path: string,
  defaults: Settings,
): { readonly state: StoredState; readonly notices: readonly string[] } {
  const { state, problems } = readFile(path, defaults);
  const notices =
    problems.length === 0
      ? []
      : [`The settings could not be used in full. ${problems.join(' ')} The old file was kept as ${keepCopy(path)}.`];
  return { state, notices };
}

/** A crash leaves the old file or the new one. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function readFile(path: string, defaults: Settings): ReadSettings {
  const nothing: StoredState = { settings: defaults, sources: [], armed: [] };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { state: nothing, problems: [] };
    throw error;
  }
  try {
    return readSettingsFile(JSON.parse(text), defaults);
  } catch (error) {
    return { state: nothing, problems: [`It is not valid JSON (${error instanceof Error ? error.message : ''}).`] };
  }
}

/** Copies the file beside itself under a name that is free, and returns that name. */
function keepCopy(path: string): string {
  for (let number = 1; ; number += 1) {
    const copy = path.replace(/\.json$/, `.unreadable-${number}.json`);
    try {
      copyFileSync(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

export function contentOf(state: StoredState): Record<string, unknown> {
  const { settings, sources, armed, armings, analysisPaused, targets } = state;
  return {
    version: SETTINGS_VERSION,
    settings,
    sources,
    armed,
    ...(armings ? { armings } : {}),
    ...(analysisPaused === true ? { analysisPaused } : {}),
    ...(targets ? { targets } : {}),
  };
}
