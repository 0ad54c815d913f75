import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseProfile } from './profile.ts';

let config: string;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'longtake-config-'));
});
afterEach(() => {
  rmSync(config, { recursive: true });
});

describe.skipIf(process.platform === 'win32')('chooseProfile', () => {
  const linux = (env: Record<string, string>) => ({ env, platform: 'linux', home: '/home/anna' }) as const;

  it('is the one that is named, with recordings of its own', () => {
    const { folder, defaults } = chooseProfile('p', linux({ LONGTAKE_USER_DATA: '/other' }));
    expect(folder).toBe(resolve('p'));
    expect(defaults.recordingsFolder).toBe(join(resolve('p'), 'Recordings'));
    expect(chooseProfile(undefined, linux({ LONGTAKE_USER_DATA: '/other' })).folder).toBe('/other');
  });

  it('is never below where it was started', () => {
    for (const name of ['HOME', 'LONGTAKE_USER_DATA', 'XDG_CONFIG_HOME']) vi.stubEnv(name, '');
    const { folder, defaults } = chooseProfile(undefined);
    vi.unstubAllEnvs();
    expect([folder, defaults.recordingsFolder].map(isAbsolute)).toEqual([true, true]);
  });

  it('is the desktop’s own where none is named', () => {
    expect(chooseProfile(undefined, linux({})).folder).toBe('/home/anna/.config/Longtake');
    const mac = chooseProfile(undefined, { env: {}, platform: 'darwin', home: '/Users/anna' });
    expect(mac.folder).toBe('/Users/anna/Library/Application Support/Longtake');
    const { folder, defaults } = chooseProfile('', linux({ XDG_CONFIG_HOME: config, LONGTAKE_USER_DATA: '' }));
    expect(folder).toBe(join(config, 'Longtake'));
    expect(defaults.recordingsFolder).toBe('/home/anna/Music/Longtake');
  });

  it('records into the music folder of the person', () => {
    const music = (): string => chooseProfile(undefined, linux({ XDG_CONFIG_HOME: config })).defaults.recordingsFolder;
    writeFileSync(join(config, 'user-dirs.dirs'), '# x\nXDG_MUSIC_DIR="$HOME/Mu\\"sik"\n');
    expect(music()).toBe('/home/anna/Mu"sik/Longtake');
    writeFileSync(join(config, 'user-dirs.dirs'), 'XDG_MUSIC_DIR="/big disk/audio"\n');
    expect(music()).toBe('/big disk/audio/Longtake');
    writeFileSync(join(config, 'user-dirs.dirs'), 'XDG_MUSIC_DIR="relative"\n');
    expect(music()).toBe('/home/anna/Music/Longtake');
  });
});
