import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../shared/domain/settings.ts';
import type { StoredState } from '../shared/ports/settingsStore.ts';
import { recordingId, sourceId } from '../shared/units.ts';

// Outside of Electron its package looks for a runtime, and would download one; any folder satisfies it.
vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', tmpdir());
const { openSettingsStore } = await import('./settingsStore.ts');

const defaults: Settings = {
  recordingsFolder: '/music/Longtake',
  ...DEFAULT_SETTINGS,
};
const radio = sourceId('1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d');
const changed: StoredState = {
  settings: { ...defaults, splitSeconds: 5 },
  sources: [{ id: radio, name: 'Rädio', kind: 'stream', url: 'http://exämple.org/a b', username: '', format: 'auto' }],
  armed: [radio],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-settings-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('openSettingsStore', () => {
  it('starts with the defaults and keeps what is written', () => {
    const first = openSettingsStore(folder, defaults);
    expect(first.notices).toEqual([]);
    expect(first.store.read()).toEqual({ settings: defaults, sources: [], armed: [] });
    first.store.write(changed);
    expect(first.store.read()).toEqual(changed);
    expect(openSettingsStore(folder, defaults).store.read()).toEqual(changed);
    expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps what armings have come to, of sources that exist', () => {
    const { store } = openSettingsStore(folder, defaults);
    const unfinished = [recordingId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11')];
    const armings = { [radio]: { paused: true, recordedMs: 1234.5, unfinished } };
    store.write({ ...changed, armings: { ...armings, gone: { paused: true, recordedMs: 0, unfinished: [] } } });
    expect(openSettingsStore(folder, defaults).store.read()).toEqual({ ...changed, armings });
  });

  it('keeps that the analysis is paused', () => {
    const { store } = openSettingsStore(folder, defaults);
    store.write({ ...changed, analysisPaused: true });
    expect(openSettingsStore(folder, defaults).store.read()).toEqual({ ...changed, analysisPaused: true });
  });

  it('leaves no temporary file behind', () => {
    const { store } = openSettingsStore(folder, defaults);
    for (let round = 0; round < 5; round += 1) store.write(changed);
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('refuses what the schema does not allow, and keeps what was there', () => {
    const { store } = openSettingsStore(folder, defaults);
    store.write(changed);
    const broken = { ...changed, settings: { ...defaults, splitSeconds: 0 } };
    expect(() => store.write(broken)).toThrow(/splitSeconds/);
    expect(store.read()).toEqual(changed);
    expect(openSettingsStore(folder, defaults).store.read()).toEqual(changed);
  });

  it.each(['', '{"version":', 'null', '{"version":99}'])('sets a file aside that holds %j', (text) => {
    writeFileSync(join(folder, 'settings.json'), text);
    const { store, notices } = openSettingsStore(folder, defaults);
    expect(store.read().settings).toEqual(defaults);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('settings.unreadable-1.json');
    expect(readFileSync(join(folder, 'settings.unreadable-1.json'), 'utf8')).toBe(text);
    expect(openSettingsStore(folder, defaults).notices).toEqual([]);
  });

  it('never overwrites a file that it kept', () => {
    for (const text of ['one', 'two']) {
      writeFileSync(join(folder, 'settings.json'), text);
      openSettingsStore(folder, defaults);
    }
    expect(readFileSync(join(folder, 'settings.unreadable-1.json'), 'utf8')).toBe('one');
    expect(readFileSync(join(folder, 'settings.unreadable-2.json'), 'utf8')).toBe('two');
  });
});
