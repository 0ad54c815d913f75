import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/domain/settings.ts';
import { openPlainSettings } from './settingsOnDisk.ts';

const defaults: Settings = { recordingsFolder: '/music/Longtake', ...DEFAULT_SETTINGS };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openPlainSettings', () => {
  it('keeps what is written, for its owner alone, and leaves nothing beside it', () => {
    const { store, notices } = openPlainSettings(folder, defaults);
    expect(notices).toEqual([]);
    const changed = { ...store.read(), settings: { ...defaults, splitSeconds: 5 }, analysisPaused: true };
    store.write(changed);
    expect(openPlainSettings(folder, defaults).store.read()).toEqual(changed);
    expect(readdirSync(folder)).toEqual(['settings.json']);
    expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps a copy of a file that it cannot use, and says so', () => {
    writeFileSync(join(folder, 'settings.json'), '{');
    const { store, notices } = openPlainSettings(folder, defaults);
    expect(store.read().settings).toEqual(defaults);
    expect(notices.join()).toContain('settings.unreadable-1.json');
    expect(readFileSync(join(folder, 'settings.unreadable-1.json'), 'utf8')).toBe('{');
  });
});
