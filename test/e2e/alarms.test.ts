import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ALARM_SETTINGS } from '../../src/shared/domain/alarm.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { startVirtualCards, type VirtualCards } from '../support/pulse.ts';
import { WebhookReceiver } from '../support/webhookReceiver.ts';

const CARD = 'studio_a';
const NAME = 'Studio A';

describe('alarms in the window and the tray', () => {
  let profile: string;
  let virtual: VirtualCards;
  let running: RunningApp;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    profile = await makeProfile();
    virtual = await startVirtualCards({ [CARD]: {} });
    receiver = await WebhookReceiver.start();
    running = await RunningApp.launch(profile, virtual.env);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    // Loud enough for a notification is quiet enough for a test.
    await running.request('settings.update', { alarms: { ...DEFAULT_ALARM_SETTINGS, notify: false, clearSeconds: 1 } });
    await running.request('sources.add', {
      kind: 'soundcard',
      name: NAME,
      device: CARD,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 2,
    });
  });
  afterAll(async () => {
    await running.quit();
    await virtual.stop();
    await receiver.leave();
    await removeProfile(profile);
  });

  const strip = () => running.page.getByRole('region', { name: 'Newest alarm' });
  const row = () => running.page.locator('#sources').getByRole('listitem', { name: NAME, exact: true });

  async function log(): Promise<string> {
    const folder = join(profile, 'logs');
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    return texts.join('');
  }

  async function pictures(name: string): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await running.request('settings.update', { theme });
      await running.page.locator(`html[data-theme=${theme}]`).waitFor();
      await running.screenshot(`${name}-${theme}`);
    }
  }

  it('gives a source a rule of its own, by keyboard', async () => {
    const { page } = running;
    await row()
      .getByRole('button', { name: `Actions for ${NAME}` })
      .click();
    await page.getByRole('menuitem', { name: /Edit/ }).click();
    const dialog = page.getByRole('dialog', { name: `Edit ${NAME}` });
    const fold = dialog.locator('summary', { hasText: 'Alarms' });
    await fold.focus();
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Silence: which rule').selectOption('own');
    await dialog.getByLabel('Silence: seconds').fill('0');
    await page.keyboard.press('Tab');
    await expect.poll(() => dialog.getByText('At least 1 second.').count()).toBe(1);
    await dialog.getByLabel('Silence: seconds').fill('2');
    await dialog.getByLabel('Silence: level in dBFS').fill('-55');
    await page.keyboard.press('Tab');
    await pictures('20-alarms-of-a-source');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [source] = await running.request('sources.list', {});
    expect(source?.config.alarms).toEqual({ silence: { enabled: true, levelDbfs: -55, seconds: 2 } });
  });

  it('shows an alarm in the strip, the header, the row and the tray', async () => {
    const { page } = running;
    await row()
      .getByRole('button', { name: `Record ${NAME}` })
      .click();
    await strip()
      .getByText(/Studio A is silent/)
      .waitFor();
    await expect.poll(() => page.getByRole('alert').filter({ hasText: 'Alarm: Studio A is silent' }).count()).toBe(1);
    await expect.poll(() => row().getByText('Silence', { exact: true }).count()).toBe(1);
    await expect.poll(() => page.getByRole('button', { name: '1 alarm, show all' }).count()).toBe(1);
    await expect.poll(log).toMatch(/The tray has another icon.*problem/);
    await pictures('21-alarm');
    await page.setViewportSize({ width: 900, height: 600 });
    await running.screenshot('21-alarm-small');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('lists what is raised and what was, and takes that it was seen', async () => {
    const { page } = running;
    await page.getByRole('button', { name: '1 alarm, show all' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Alarms' });
    await dialog.getByRole('list', { name: 'Alarms, newest first' }).getByText('Silence, Studio A').waitFor();
    await pictures('22-alarms');
    await dialog.getByRole('button', { name: 'Seen: Silence, Studio A' }).click();
    await dialog.getByText(/^Seen \d\d:/).waitFor();
    await page.keyboard.press('Escape');
    await strip().waitFor({ state: 'detached' });
    await expect.poll(log).toMatch(/The tray has another icon.*recording(?![^]*problem)/);
    await row()
      .getByRole('button', { name: `Stop recording ${NAME}` })
      .click();
    await page.getByRole('button', { name: 'Alarms: none' }).waitFor();
  });

  it('sets rules for all sources and tries the webhook', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('tab', { name: 'Alarms' }).click();
    await dialog.getByLabel('Source down: seconds').fill('25');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Webhook', { exact: true }).fill(receiver.url);
    await page.keyboard.press('Tab');
    await dialog.getByLabel('Secret of the webhook').fill('hidden');
    await page.keyboard.press('Enter');
    await dialog.getByText('Every message is signed with the secret that is kept.').waitFor();
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText('The receiver took the test.').waitFor();
    expect(receiver.messages[0]?.headers['x-longtake-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
    await pictures('23-alarm-settings');
    await receiver.leave();
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText(/takes no connection/).waitFor();
    const { alarms } = await running.request('settings.get', {});
    expect(alarms.rules.sourceDown).toEqual({ enabled: true, seconds: 25 });
    expect(alarms.webhookUrl).toBe(receiver.url);
    await page.keyboard.press('Escape');
    expect(running.pageErrors).toEqual([]);
  });
});
