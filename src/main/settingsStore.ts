import { copyFileSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ElectronStore, { type Schema } from 'electron-store';
import type { Settings } from '../shared/domain/settings.ts';
import { errnoOf } from '../shared/errors.ts';
import type { SettingsStore, StoredState } from '../shared/ports/settingsStore.ts';
import { type ReadSettings, SETTINGS_VERSION, readSettingsFile, settingsJsonSchema } from './settingsFile.ts';

const NAME = 'settings';

export interface OpenedSettings {
  readonly store: SettingsStore;
  /** Sentences for the person: what was wrong with the file, and where it is kept. */
  readonly notices: readonly string[];
}

/**
 * Opens `settings.json` in `folder`, making it when there is none. A file that cannot be used, or only in part,
 * is kept beside it under another name. Every write is atomic and checked against the schema.
 * @throws when the folder cannot be written
 */
export function openSettingsStore(folder: string, defaults: Settings): OpenedSettings {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${NAME}.json`);
  const { state: found, problems } = readFile(path, defaults);
  const notices =
    problems.length === 0
      ? []
      : [`The settings could not be used in full. ${problems.join(' ')} The old file was kept as ${keepCopy(path)}.`];

  let state = found;
  const file = new ElectronStore<Record<string, unknown>>({
    cwd: folder,
    name: NAME,
    serialize: (content) => JSON.stringify(content, undefined, 2),
    // What was read, mended where it had to be, is the truth from here on; nobody else writes the file.
    deserialize: () => contentOf(state),
    rootSchema: { additionalProperties: false },
    schema: settingsJsonSchema() as Schema<Record<string, unknown>>,
    // Formats are zod's to check: those of JSON schema refuse addresses that work, such as those with umlauts.
    ajvOptions: { validateFormats: false },
    configFileMode: 0o600,
  });
  file.store = contentOf(state);
  return {
    store: {
      read: () => state,
      write: (changed) => {
        file.store = contentOf(changed);
        state = changed;
      },
    },
    notices,
  };
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

function contentOf(state: StoredState): Record<string, unknown> {
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
