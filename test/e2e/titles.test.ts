import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { Icecast } from '../support/icecast.ts';

describe('titles in the window', () => {
  let profile: string;
  let icecast: Icecast;
  let running: RunningApp;

  beforeAll(async () => {
    icecast = await Icecast.start();
    await icecast.play('/live.mp3');
    await icecast.setTitle('/live.mp3', 'Sigur Rós – Hoppípolla');
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.request('settings.update', { splitSeconds: 10 });
  });
  afterAll(async () => {
    await running.quit();
    await icecast.dispose();
    await removeProfile(profile);
  });

  const add = () => running.page.getByRole('dialog', { name: 'Add a source' });
  const source = () => running.page.locator('#sources').getByRole('listitem', { name: 'Radio', exact: true });
  const search = () => running.page.getByRole('combobox', { name: 'Search recordings and titles' });
  const position = async (): Promise<number> =>
    Number(await running.page.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuenow'));

  it('come from a stream behind a playlist, whose way is shown', async () => {
    await running.page.getByRole('button', { name: 'Enter an address' }).click();
    await add().getByLabel('Address').fill(icecast.url('/live.mp3.m3u'));
    await add().getByRole('button', { name: 'Test this stream' }).click();
    await add().getByText('M3U playlist').waitFor();
    await add().getByText('Recorded from').waitFor();
    await add().getByText('Advanced').click();
    await add().getByLabel('Lost after').fill('1');
    await add().getByLabel('Name', { exact: true }).fill('Radio');
    await add().getByRole('button', { name: 'Save and record' }).click();
    await add().getByText('Enter whole seconds, from 2 to 600.').waitFor();
    await running.screenshot('titles-1-form');
    await add().getByLabel('Lost after').fill('30');
    await add().getByLabel('Write a cue sheet beside each file').check();
    await add().getByRole('button', { name: 'Save and record' }).click();
    await source().getByText('REC', { exact: true }).waitFor();
    await source()
      .getByText(/^from localhost:\d+|^from 127\.0\.0\.1:\d+/)
      .waitFor();
    const { sources } = { sources: await running.request('sources.list', {}) };
    expect(sources[0]?.config).toMatchObject({ stallSeconds: 30, cue: true });
  });

  it('are found while typing, and played from where they came', async () => {
    await source().getByText('Hoppípolla').waitFor();
    await icecast.setTitle('/live.mp3', 'Beyoncé – Halo');
    await source().getByText('Halo').waitFor();
    const found = async () => running.request('library.findTitles', { text: 'beyonce', limit: 10 });
    const finished = async () => (await found()).filter(({ recording }) => recording.state === 'complete');
    await expect.poll(async () => (await finished()).length).toBeGreaterThan(0);
    await running.page.keyboard.press('/');
    await search().pressSequentially('halo beyonce');
    const options = running.page.getByRole('option');
    await options.first().waitFor();
    await running.screenshot('titles-2-search');
    const wanted = (await finished()).at(-1);
    if (!wanted) throw new Error('There should be a finished recording with the title.');
    // The newest is first and may be recorded still; the oldest is finished.
    for (let left = await options.count(); left > 1; left -= 1) await running.page.keyboard.press('ArrowDown');
    await running.page.keyboard.press('Enter');
    await expect.poll(position).toBeGreaterThanOrEqual(Math.floor(wanted.positionMs / 1000));
    await expect.poll(() => options.count()).toBe(0);
  });

  it('are listed for the recording in the player, and seek in it', async () => {
    const button = running.page.getByRole('button', { name: /^On air: .*Show \d+ titles?$/ });
    await button.click();
    await running.page.getByText('On air in this recording').waitFor();
    await running.screenshot('titles-3-list');
    await running.page.keyboard.press('Home');
    await running.page.keyboard.press('Enter');
    await expect.poll(position).toBeLessThan(5);
    await expect.poll(() => running.page.getByText('On air in this recording').count()).toBe(0);
    expect(running.pageErrors).toEqual([]);
  });

  it('fit a small window, say when nothing is found, and are beside the files', async () => {
    await running.page.setViewportSize({ width: 900, height: 600 });
    await search().fill('no such song');
    await running.page.getByText('No recording is like that').waitFor();
    await running.screenshot('titles-4-small');
    await search().press('Escape');
    await search().press('Escape');
    await expect.poll(() => search().inputValue()).toBe('');
    const { recordingsFolder } = await running.request('storage.get', {});
    const written = async (): Promise<string> => {
      const sheets = (await readdir(recordingsFolder, { recursive: true })).filter((path) => path.endsWith('.cue'));
      return (await Promise.all(sheets.map((path) => readFile(join(recordingsFolder, path), 'utf8')))).join('\n');
    };
    await expect.poll(written).toMatch(/FILE "Radio_.*\.mp3" MP3/);
    await expect.poll(written).toContain('TITLE "Beyoncé – Halo"');
  });
});
