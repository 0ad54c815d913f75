import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acting } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const SIGNAL = {
  kind: 'generator',
  name: 'Signal',
  programme: 'mixed',
  seed: 7,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 1,
} as const;

describe('the settings of the packaged program', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.request('sources.add', SIGNAL);
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const dialog = () => running.page.getByRole('dialog', { name: 'Settings' });
  const split = async () => (await running.request('settings.get', {})).splitSeconds;
  const button = (name: string) => running.page.getByRole('button', { name, exact: true });

  async function openAdvanced(): Promise<void> {
    await running.page.keyboard.press('Control+,');
    await dialog().getByRole('tab', { name: 'Advanced' }).click();
  }

  it('drill what can go wrong, while the window does other things', async () => {
    await openAdvanced();
    await button('Failure drill…').click();
    await button('Start the drill').click();
    await running.page.getByText('happens now').waitFor();
    await running.page.keyboard.press('Escape');
    // It was opened in the settings, and leads back to them.
    await dialog().waitFor();
    await running.page.keyboard.press('Escape');
    await expect.poll(() => running.page.getByRole('dialog').count()).toBe(0);
  });

  it('go to a file and back', async () => {
    const saved = join(profile, 'exported.json');
    await acting(() =>
      running.app.evaluate(({ session }, path) => {
        session.defaultSession.once('will-download', (_, item) => item.setSavePath(path));
      }, saved),
    );
    await running.request('settings.update', { splitSeconds: 900 });
    await openAdvanced();
    await button('Export all settings…').click();
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('"Signal"');
    await running.request('settings.update', { splitSeconds: 60 });
    await dialog().getByLabel('File of settings').setInputFiles(saved);
    await dialog().getByRole('table', { name: 'Settings' }).getByText('15 minutes').waitFor();
    expect(await split()).toBe(60);
    await button('Import 1 change').click();
    await dialog().getByText('The settings were imported.').waitFor();
    expect(await split()).toBe(900);
    await running.page.keyboard.press('Escape');
  });

  it('have a drill that ends with every loss in the ledger', async () => {
    const state = async () => (await running.request('drill.get', {}))?.state;
    await expect.poll(state).toBe('done');
    const report = (await running.request('drill.get', {}))?.report;
    expect(report).toMatchObject({ passed: true, decoded: true, problems: [] });
    await openAdvanced();
    await button('Failure drill…').click();
    await running.page.getByText('Every loss is in the ledger with its cause').waitFor();
    expect(running.pageErrors).toEqual([]);
  });

  it('are kept from one start to the next', async () => {
    await running.quit();
    running = await RunningApp.launch(profile);
    expect(await split()).toBe(900);
    const sources = await running.request('sources.list', {});
    expect(sources.map(({ config }) => config.name)).toEqual(['Signal']);
  });
});
