import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const CONFIG = `[general]
split_minutes = 30
[Köln]
type = stream
url = http://me:hidden@127.0.0.1:9/live
filename_pattern = koeln/%Y-%m-%d/%H%M
[Mic]
type = soundcard
device = hw:1,0
[Third]
type = stream
url = http://127.0.0.1:9/third
spelt_wrong = 1
`;

describe('importing an ISR configuration', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const dialog = () => running.page.getByRole('dialog', { name: 'Import an ISR configuration' });
  const choose = async (content: string | Buffer): Promise<void> => {
    const path = join(profile, 'config.ini');
    await writeFile(path, content);
    await dialog().getByLabel('ISR configuration').setInputFiles(path);
  };
  const names = async (): Promise<string[]> =>
    (await running.request('sources.list', {})).map(({ config }) => config.name).toSorted();

  it('tells what is wrong with a file, and imports nothing of it', async () => {
    await running.page.getByRole('button', { name: 'Import an ISR configuration' }).click();
    await choose('[a]\ntype = stream\n[a]\n');
    await dialog().getByText('Line 3: There are two sections [a]').waitFor();
    await expect.poll(() => dialog().getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  });

  it('shows what becomes of each setting, without the password', async () => {
    await choose(Buffer.from(CONFIG, 'latin1'));
    const table = dialog().getByRole('table', { name: 'What becomes of Köln' });
    await table.getByText('Kept with the other passwords').waitFor();
    const all = dialog().getByRole('table', { name: 'For the whole file' });
    await expect.poll(() => all.getByText('A new file every 30 min').count()).toBe(1);
    await expect.poll(() => all.getByText('Left behind.').count()).toBe(5);
    await dialog().getByText('Line 13: [Third] spelt_wrong is no key that ISR knows').waitFor();
    expect(await dialog().textContent()).not.toContain('hidden');
    await running.screenshot('30-import-isr');
    const { violations } = await new AxeBuilder({ page: running.page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('imports the chosen sources, takes it back, and does it again', async () => {
    await dialog().getByRole('checkbox', { name: 'Third' }).uncheck();
    await dialog().getByRole('button', { name: 'Import 2 sources' }).click();
    await dialog().getByText('2 sources imported.').waitFor();
    await expect.poll(() => names()).toEqual(['Köln', 'Mic']);
    await dialog().getByRole('button', { name: 'Undo' }).click();
    await dialog().getByRole('button', { name: 'Import 2 sources' }).waitFor();
    expect(await names()).toEqual([]);
    await dialog().getByRole('button', { name: 'Import 2 sources' }).click();
    await dialog().getByRole('button', { name: 'Done' }).click();
    const [koeln] = (await running.request('sources.list', {})).filter(({ config }) => config.name === 'Köln');
    expect(koeln).toMatchObject({
      hasPassword: true,
      config: {
        url: 'http://127.0.0.1:9/live',
        username: 'me',
        splitSeconds: 1800,
        filenamePattern: 'koeln/%Y-%m-%d/%H%M',
      },
    });
  });

  it('gives a source that is there already another name', async () => {
    await running.page.keyboard.press('Control+,');
    await running.page.getByRole('tab', { name: 'Advanced' }).click();
    await running.page.getByRole('button', { name: 'Import an ISR configuration' }).click();
    await choose(Buffer.from(CONFIG, 'latin1'));
    await dialog().getByText('There is a source named Mic already.').waitFor();
    for (const name of ['Köln 2', 'Third']) await dialog().getByRole('checkbox', { name }).uncheck();
    await dialog().getByRole('button', { name: 'Import 1 source' }).click();
    await dialog().getByText('1 source imported.').waitFor();
    await expect.poll(() => names()).toEqual(['Köln', 'Mic', 'Mic 2']);
    expect(running.pageErrors).toEqual([]);
  });

  it('refuses what is no configuration', async () => {
    await dialog().getByRole('button', { name: 'Done' }).click();
    await running.page.keyboard.press('Control+,');
    await running.page.getByRole('tab', { name: 'Advanced' }).click();
    await running.page.getByRole('button', { name: 'Import an ISR configuration' }).click();
    await choose(Buffer.alloc(2 * 1024 * 1024, 'x'));
    await dialog().getByText('config.ini is larger than 1 MB').waitFor();
    await choose(Buffer.from([0, 255, 3, 200, 10, 65]));
    await dialog().getByText('Correct the file, then choose it again.').waitFor();
  });
});
