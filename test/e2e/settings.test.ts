import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acting } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
] as const;
const THEMES = ['light', 'dark'] as const;

describe('the settings', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.getByRole('button', { name: 'Record the test signal' }).click();
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const dialog = () => running.page.getByRole('dialog', { name: 'Settings' });
  const search = () => dialog().getByRole('searchbox', { name: 'Search the settings' });
  const settings = () => running.request('settings.get', {});

  /** WCAG 2.2 AA in both themes and at both sizes; keeps a picture of each. */
  async function expectAccessible(name: string, themes: readonly (typeof THEMES)[number][] = THEMES): Promise<void> {
    for (const theme of themes) {
      await running.request('settings.update', { theme });
      await running.page.locator(`html[data-theme="${theme}"]`).waitFor();
      for (const size of SIZES) {
        await running.page.setViewportSize(size);
        await running.screenshot(`settings-${name}-${theme}-${size.width}`);
        // What can be seen does not depend on the size of the window, but on the theme.
        if (size.width !== 900) continue;
        const { violations } = await new AxeBuilder({ page: running.page }).setLegacyMode().analyze();
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
        expect(told, `${name} in ${theme}`).toEqual([]);
      }
    }
  }

  it('finds by any word, marks it, and sets right there', async () => {
    await running.page.keyboard.press('Control+,');
    await expect.poll(() => search().evaluate((element) => element === document.activeElement)).toBe(true);
    await running.page.keyboard.type('bandwidth');
    await dialog().getByText('1 setting found').waitFor();
    await dialog().getByRole('textbox', { name: 'Speed limit' }).fill('250');
    await running.page.keyboard.press('Enter');
    await expect.poll(async () => (await settings()).uploadBytesPerSecond).toBe(250_000);
    await search().fill('midnight');
    await expect.poll(() => dialog().locator('mark').allTextContents()).toEqual(['midnight']);
    await expectAccessible('found');
    await search().press('Enter');
    await expect.poll(() => dialog().getByRole('tab', { selected: true }).textContent()).toBe('Recording');
    await expect.poll(() => dialog().locator('.setting-target').count()).toBe(1);
    await search().fill('nothing has this');
    await dialog().getByText('No setting has these words').waitFor();
    await dialog().getByRole('button', { name: 'Search the help' }).click();
    const asked = running.page.getByRole('searchbox', { name: 'Search the help' });
    await expect.poll(() => asked.inputValue()).toBe('nothing has this');
    // The first Esc ends its search, the second one leads back.
    await running.page.keyboard.press('Escape');
    await running.page.keyboard.press('Escape');
    await search().fill('nothing has this');
    await search().press('Escape');
    await expect.poll(() => search().inputValue()).toBe('');
  });

  it('has every section in reach of the keys, and sets back one thing alone', async () => {
    await dialog().getByRole('tab', { name: 'General' }).click();
    await running.page.keyboard.press('ArrowDown');
    await expect.poll(() => dialog().getByRole('tab', { selected: true }).textContent()).toBe('Recording');
    await dialog().getByRole('tab', { name: 'Detection' }).click();
    await dialog().getByRole('textbox', { name: 'Margin' }).fill('99');
    await dialog().getByText('Use at most 60 dB.').waitFor();
    await dialog().getByRole('textbox', { name: 'Margin' }).fill('20');
    await running.page.keyboard.press('Enter');
    await dialog().getByLabel('Pre-roll').fill('3');
    await running.page.keyboard.press('Tab');
    await expect.poll(async () => (await settings()).detection).toMatchObject({ marginDb: 20, preRollSeconds: 3 });
    await dialog().getByRole('button', { name: 'Reset Margin to its default' }).click();
    await expect.poll(async () => (await settings()).detection).toMatchObject({ marginDb: 12, preRollSeconds: 3 });
    await expect.poll(() => dialog().getByRole('textbox', { name: 'Margin' }).inputValue()).toBe('12');
    await dialog().getByRole('tab', { name: 'Uploads' }).click();
    await dialog().getByRole('button', { name: 'Reset Speed limit to its default' }).click();
    await expect.poll(async () => (await settings()).uploadBytesPerSecond).toBe(0);
  });

  it('exports everything but secrets, shows what an import changes, imports it and takes it back', async () => {
    await running.request('sources.add', {
      kind: 'stream',
      name: 'Radio',
      url: 'http://127.0.0.1:9/live?token=planted-token',
      username: 'me',
      format: 'auto',
      password: 'planted-password',
    });
    await running.request('settings.update', { splitSeconds: 900 });
    const saved = join(profile, 'exported.json');
    await acting(() =>
      running.app.evaluate(({ session }, path) => {
        session.defaultSession.once('will-download', (_, item) => item.setSavePath(path));
      }, saved),
    );
    await dialog().getByRole('tab', { name: 'Advanced' }).click();
    await dialog().getByRole('button', { name: 'Export all settings…' }).click();
    await dialog().getByText('Exported. Passwords, tokens and keys are not in the file.').waitFor();
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('"Radio"');
    expect(await readFile(saved, 'utf8')).not.toContain('planted');

    const radio = async () => (await running.request('sources.list', {})).find(({ config }) => config.name === 'Radio');
    const id = (await radio())?.config.id;
    if (id === undefined) throw new Error('The source is not there.');
    await running.request('sources.remove', { id });
    await running.request('settings.update', { splitSeconds: 60 });
    await dialog().getByLabel('File of settings').setInputFiles(saved);
    const changes = dialog().getByRole('table', { name: 'Settings' });
    await changes.getByText('15 minutes').waitFor();
    await dialog().getByText('Radio: is added, not armed').waitFor();
    expect((await settings()).splitSeconds).toBe(60);
    await expectAccessible('import', ['light']);
    await dialog().getByRole('button', { name: 'Import 2 changes' }).click();
    await dialog().getByText('The settings were imported.').waitFor();
    expect((await settings()).splitSeconds).toBe(900);
    expect((await radio())?.hasPassword).toBe(false);
    await dialog().getByRole('button', { name: 'Undo the import' }).click();
    await dialog().getByText('The import was taken back.').waitFor();
    expect((await settings()).splitSeconds).toBe(60);
    expect(await radio()).toBeUndefined();
  });

  it('tells where everything is, how much, and until when there is room', async () => {
    await dialog().getByRole('tab', { name: 'Storage' }).click();
    await dialog()
      .getByText(/^Full in .* at the rate of what is armed now\.$/)
      .waitFor();
    await dialog().getByText('Less than an hour has gone by since the first recording.').first().waitFor();
    await dialog().getByRole('table', { name: 'By source' }).getByText('Test signal').waitFor();
    const { forecasts, roots } = await running.request('storage.overview', {});
    expect(roots[0]?.current).toBe(true);
    // 48 kHz, two channels, 16 or 24 bit.
    expect(forecasts[0]?.bytesPerSecond).toBeGreaterThan(150_000);
    expect(forecasts[0]?.bytesPerSecond).toBeLessThan(400_000);
  });

  it('is come back to from what it leads to, at the button that led there', async () => {
    const rules = dialog().getByRole('button', { name: 'Rules…' });
    await rules.click();
    await running.page.getByRole('dialog', { name: /rules|deleting/i }).waitFor();
    await running.page.keyboard.press('Escape');
    await rules.waitFor();
    const setting = () => running.page.evaluate(() => document.activeElement?.closest('[data-setting]')?.id ?? 'none');
    await expect.poll(setting).not.toBe('none');
  });

  it('shows the log as it grows, and makes a report without a secret', async () => {
    await running.request('sources.add', {
      kind: 'stream',
      name: 'Secret radio',
      url: 'http://127.0.0.1:9/live?token=planted-token',
      username: 'planted-user',
      format: 'auto',
      password: 'planted-password',
    });
    await running.request('alarms.setWebhookSecret', { secret: 'planted-hook' });
    await dialog().getByRole('tab', { name: 'Logs' }).click();
    const lines = dialog().getByRole('list', { name: 'Lines of the log' });
    await lines.getByText('Longtake starts.').waitFor();
    await running.page.evaluate(() =>
      console.warn('planted-password was logged, at http://a:planted-user@b/?key=planted-x'),
    );
    await lines.getByText('was logged').waitFor();
    await dialog().getByLabel('Level').selectOption('error');
    await dialog().getByLabel('Words').fill('nothing has this');
    await dialog().getByText('No line is like that.').waitFor();
    const { text } = await running.request('report.make', {});
    expect(text).toContain('Secret radio');
    expect(text).toContain('was logged');
    expect(text).not.toContain('planted');
  });

  it('lists the licence of every part, and has the README as help', async () => {
    await dialog().getByRole('tab', { name: 'About' }).click();
    await dialog().getByRole('button', { name: 'Show the licences' }).click();
    await dialog().getByLabel('Find a part').fill('better-sqlite3');
    await dialog().getByText('1 part', { exact: true }).waitFor();
    await dialog().getByText('better-sqlite3').first().click();
    await dialog().getByText('Permission is hereby granted').waitFor();
    await running.page.keyboard.press('Escape');
    await running.page.keyboard.press('F1');
    const help = running.page.getByRole('dialog', { name: 'Help' });
    await help.getByRole('searchbox', { name: 'Search the help' }).fill('dead channel');
    await help.getByRole('region', { name: 'Text of the help' }).getByText('one channel is below').waitFor();
    await expectAccessible('help', ['light']);
    await running.page.keyboard.press('Escape');
    await help.getByRole('button', { name: 'Benchmarks' }).click();
    await running.page.keyboard.press('Escape');
    await expect.poll(() => running.page.getByRole('dialog').count()).toBe(0);
  });

  it('is opened, as the help is, by the menu of the program, in place of no other dialog', async () => {
    const choose = (id: string) =>
      acting(() =>
        running.app.evaluate(({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click(), id),
      );
    await choose('help');
    await running.page.getByRole('dialog', { name: 'Help' }).waitFor();
    await choose('settings');
    await running.page.getByText('Close the open dialog first.').waitFor();
    expect(await dialog().count()).toBe(0);
    await running.page.keyboard.press('Escape');
    await choose('settings');
    await dialog().waitFor();
  });

  it.each([
    ['Files', 'dark'],
    ['Sources', 'dark'],
    ['Alarms', 'dark'],
    // A picture of the guide.
    ['Storage', 'light'],
    ['Logs', 'dark'],
    ['About', 'dark'],
  ] as const)('can be read by everybody: %s, %s', async (name, theme) => {
    await dialog().getByRole('tab', { name }).click();
    await expectAccessible(name.toLowerCase(), [theme]);
  });

  it('has had no error in the page', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
