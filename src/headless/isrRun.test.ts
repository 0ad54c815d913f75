import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIsrConfig } from '../engine/studio/isr/isrConfig.ts';
import { dataFolders, type IsrRunOptions, planIsrRun } from './isrRun.ts';

const STREAM = 'type = stream\nurl = http://radio.example/live\n';

describe('planIsrRun', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longtake-plan-'));
    writeFileSync(join(folder, 'config.ini'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const plan = (text: string, options: Partial<IsrRunOptions> = {}) =>
    planIsrRun({
      config: readIsrConfig(text),
      configPath: join(folder, 'config.ini'),
      workingDirectory: '/srv/studio',
      env: {},
      splitSeconds: undefined,
      minFreeBytes: undefined,
      tagStreams: false,
      ...options,
    });

  it('puts relative folders below the working directory, and each source where it wants to be', () => {
    const text = `[a]\n${STREAM}[b]\n${STREAM}output_directory = /mnt/b\n[c]\n${STREAM}output_directory = ../c\n`;
    const { state, terms } = plan(text);
    expect(state.settings.recordingsFolder).toBe('/srv/studio/recordings');
    expect([...terms.values()].map(({ recordingsFolder }) => recordingsFolder)).toEqual([
      undefined,
      '/mnt/b',
      '/srv/c',
    ]);
  });

  it('makes nothing in a folder that no source records into', () => {
    const { state, terms } = plan(`[b]\n${STREAM}output_directory = /mnt/b\n`);
    expect(state.settings.recordingsFolder).toBe('/mnt/b');
    expect([...terms.values()][0]?.recordingsFolder).toBeUndefined();
  });

  it('gives a source the same identity each time, and other files other ones', () => {
    const ids = (options: Partial<IsrRunOptions> = {}) => plan(`[a]\n${STREAM}[b]\n${STREAM}`, options).state.armed;
    expect(ids()).toEqual(ids());
    writeFileSync(join(folder, 'other.ini'), '');
    const all = [...ids(), ...ids({ configPath: join(folder, 'other.ini') }), ...ids({ workingDirectory: '/else' })];
    expect(new Set(all).size).toBe(6);
  });

  it('keeps passwords apart from the settings, those of the environment first', () => {
    const text = `[Radio 1]\n${STREAM}password = sesame\n[Radio 2]\n${STREAM}password = sesame\n`;
    const { state, passwords } = plan(text, { env: { LONGTAKE_PASSWORD_RADIO_2: 'env' } });
    expect([...passwords.values()]).toEqual(['sesame', 'env']);
    expect(JSON.stringify(state)).not.toContain('sesame');
  });

  it('keeps the disk as free as is asked for', () => {
    const free = (minFreeBytes: number | undefined) =>
      plan(`[a]\n${STREAM}`, { minFreeBytes }).state.settings.minFreeBytes;
    expect([free(undefined), free(0)]).toEqual([1e9, 0]);
  });

  it('takes another split for all', () => {
    const { state } = plan(`[a]\n${STREAM}split_minutes = 5\n`, { splitSeconds: 7 });
    expect(state.sources[0]?.splitSeconds).toBe(7);
  });
});

describe('dataFolders', () => {
  it('follows the environment, and has a last resort', () => {
    expect(dataFolders('k', { XDG_STATE_HOME: '/s' })[0]).toMatch(/^\/s\/longtake\/[0-9a-f]{16}$/);
    expect(dataFolders('k', { XDG_STATE_HOME: 'relative' })[0]).toMatch(/\.local\/state\/longtake\//);
    expect(dataFolders('k', { LONGTAKE_USER_DATA: '/u' })[0]).toMatch(/^\/u\/headless\/[0-9a-f]{16}$/);
    expect(dataFolders('k', {})[1]).toContain(tmpdir());
    expect(dataFolders('k', {})[1]).not.toBe(dataFolders('l', {})[1]);
  });
});
