import { existsSync, mkdirSync } from 'node:fs';
import ElectronStore, { type Schema } from 'electron-store';
import type { Settings } from '../shared/domain/settings.ts';
import { settingsJsonSchema } from '../engine/platform/settingsFile.ts';
import {
  contentOf,
  type OpenedSettings,
  readStoredState,
  SETTINGS_NAME,
  settingsPath,
} from '../engine/platform/settingsOnDisk.ts';

export interface DesktopSettings extends OpenedSettings {
  /** What the first write needs is made now: to compile the schema takes longer than all else at the start. */
  prepare(): void;
}

/**
 * Opens `settings.json` in `folder`, making it when there is none. A file that cannot be used, or only in part,
 * is kept beside it under another name. Every write is atomic and checked against the schema.
 * @throws when the folder cannot be written
 */
export function openSettingsStore(folder: string, defaults: Settings): DesktopSettings {
  mkdirSync(folder, { recursive: true });
  const isNew = !existsSync(settingsPath(folder));
  const read = readStoredState(settingsPath(folder), defaults);
  let { state } = read;
  let made: ElectronStore<Record<string, unknown>> | undefined;
  const file = (): ElectronStore<Record<string, unknown>> => {
    made ??= new ElectronStore<Record<string, unknown>>({
      cwd: folder,
      name: SETTINGS_NAME,
      serialize: (content) => JSON.stringify(content, undefined, 2),
      // What was read, mended where it had to be, is the truth from here on; nobody else writes the file.
      deserialize: () => contentOf(state),
      rootSchema: { additionalProperties: false },
      schema: settingsJsonSchema() as Schema<Record<string, unknown>>,
      // Formats are zod's to check: those of JSON schema refuse addresses that work, such as those with umlauts.
      ajvOptions: { validateFormats: false },
      configFileMode: 0o600,
    });
    return made;
  };
  if (isNew || read.notices.length > 0) file().store = contentOf(state);
  return {
    store: {
      read: () => state,
      write: (changed) => {
        file().store = contentOf(changed);
        state = changed;
      },
    },
    notices: read.notices,
    prepare: () => void file(),
  };
}
