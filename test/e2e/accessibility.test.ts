import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const;
const THEMES = ['light', 'dark'] as const;

describe.each(THEMES)('every screen in %s', (theme) => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.request('settings.update', { theme, splitSeconds: 5 });
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  /** WCAG 2.2 AA, at both sizes; keeps a picture of each. Colours are those of the theme, and the larger shows all. */
  async function expectAccessible(screen: string): Promise<void> {
    for (const size of SIZES) {
      await running.page.setViewportSize(size);
      await running.screenshot(`${screen}-${theme}-${size.width}`);
      if (theme === 'light' || size === SIZES[0]) {
        expect(await violations(), `${screen} at ${size.width}`).toEqual([]);
      }
      expect(await hasSideScroll(), `${screen} at ${size.width} scrolls sideways`).toBe(false);
    }
    await running.page.setViewportSize(SIZES[0]);
  }

  async function violations(): Promise<string[]> {
    // Electron opens no second page for the results.
    const results = await new AxeBuilder({ page: running.page }).setLegacyMode().analyze();
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  const hasSideScroll = (): Promise<boolean> =>
    running.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

  async function dialog(name: string | RegExp) {
    const found = running.page.getByRole('dialog', { name });
    await found.waitFor();
    return found;
  }

  async function closeDialog(): Promise<void> {
    await running.page.keyboard.press('Escape');
    await expect.poll(() => running.page.getByRole('dialog').count()).toBe(0);
  }

  it('is looked at by something that sees', async () => {
    await running.page.evaluate(() => {
      const button = document.createElement('button');
      button.id = 'planted';
      document.body.append(button);
    });
    expect((await violations()).join()).toContain('button-name');
    await running.page.evaluate(() => document.querySelector('#planted')?.remove());
  });

  it('welcome', async () => {
    await running.page.getByRole('button', { name: 'Record the test signal' }).waitFor();
    await expectAccessible('welcome');
  });

  it('sources, recordings, gaps and a problem', async () => {
    await running.page.getByRole('button', { name: 'Record the test signal' }).click();
    const { config } = await running.request('sources.add', {
      kind: 'stream',
      name: 'Radio that is not there',
      url: 'http://127.0.0.1:9/live.mp3',
      username: '',
      format: 'auto',
    });
    await running.request('sources.arm', { ids: [config.id] });
    await running.page.getByText('takes no connection').first().waitFor();
    const play = running.page.getByRole('button', { name: /^Play Test signal,/ });
    await expect.poll(() => play.count()).toBeGreaterThan(0);
    await expectAccessible('recording');
    await play.first().click();
    await running.page.getByRole('slider', { name: 'Position' }).waitFor();
    await expectAccessible('player');
  });

  it('the dialog that adds a source', async () => {
    await running.page.keyboard.press('Control+n');
    const add = await dialog('Add a source');
    for (const kind of ['Stream', 'Test signal', 'Microphone or line-in']) {
      await add.getByRole('radio', { name: kind }).click();
      await expectAccessible(`add-${kind.toLowerCase().replaceAll(' ', '-')}`);
    }
    await closeDialog();
  });

  it('settings, alarms and shortcuts', async () => {
    await running.page.keyboard.press('Control+,');
    const settings = await dialog(/settings/i);
    await expectAccessible('settings');
    await settings.getByRole('tab', { name: 'Alarms' }).click();
    await expectAccessible('settings-alarms');
    await closeDialog();
    await running.page.getByRole('button', { name: /^1 alarm|alarms, show all/ }).click();
    await dialog('Alarms');
    await expectAccessible('alarms');
    await closeDialog();
    await running.page.keyboard.press('?');
    await dialog(/shortcuts/i);
    await expectAccessible('shortcuts');
    await closeDialog();
  });

  it('has had no error in the page', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
