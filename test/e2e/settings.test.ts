import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  async function expectAccessible(name: string): Promise<void> {
    for (const theme of THEMES) {
      await running.request('settings.update', { theme });
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
    await search().press('Escape');
    expect(await search().inputValue()).toBe('');
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
    expect(await dialog().getByRole('textbox', { name: 'Margin' }).inputValue()).toBe('12');
    await dialog().getByRole('tab', { name: 'Uploads' }).click();
    await dialog().getByRole('button', { name: 'Reset Speed limit to its default' }).click();
    await expect.poll(async () => (await settings()).uploadBytesPerSecond).toBe(0);
  });

  it.each(['General', 'Recording', 'Files', 'Detection', 'Alarms', 'Storage', 'Advanced'])(
    'can be read by everybody: %s',
    async (name) => {
      await dialog().getByRole('tab', { name }).click();
      await expectAccessible(name.toLowerCase());
    },
  );

  it('has had no error in the page', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
