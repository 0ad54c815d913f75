import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reading } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const ONE = 'Test signal one';
const TWO = 'Test signal two';

describe('pause, resume and split in the window', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    const signal = { kind: 'generator', programme: 'mixed', sampleRate: 48_000, bitDepth: 16, channels: 2 } as const;
    await running.request('sources.add', { ...signal, name: ONE, seed: 1 });
    await running.request('sources.add', { ...signal, name: TWO, seed: 2 });
    await running.request('sources.arm', {});
    await source(ONE).getByText('REC', { exact: true }).waitFor();
    await source(TWO).getByText('REC', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const source = (name: string) => running.page.locator('#sources').getByRole('listitem', { name, exact: true });
  const button = (name: string) => running.page.getByRole('button', { name, exact: true });

  it('pauses one source by its button and shows it clearly, and resumes it by the other', async () => {
    await button(`Pause ${ONE}`).click();
    await source(ONE).getByText('Paused', { exact: true }).waitFor();
    await source(ONE).getByText('nothing is recorded until you resume').waitFor();
    await expect.poll(() => source(TWO).getByText('REC', { exact: true }).count()).toBe(1);
    await running.page.getByText('1 paused').first().waitFor();
    await running.screenshot('control-paused');
    await source(ONE).getByRole('button', { name: 'Resume', exact: true }).click();
    await source(ONE).getByText('REC', { exact: true }).waitFor();
  });

  it('takes keys: P for the source in focus, Shift P for all, N for a new file', async () => {
    const { page } = running;
    await button(`Stop recording ${TWO}`).focus();
    await page.keyboard.press('p');
    await source(TWO).getByText('Paused', { exact: true }).waitFor();
    await page.keyboard.press('p');
    await source(TWO).getByText('REC', { exact: true }).waitFor();
    await page.keyboard.press('Shift+P');
    await source(ONE).getByText('Paused', { exact: true }).waitFor();
    await source(TWO).getByText('Paused', { exact: true }).waitFor();
    await page.getByText('Paused: 2 sources').first().waitFor();
    await running.screenshot('control-all-paused');
    await button('Resume all').click();
    await source(ONE).getByText('REC', { exact: true }).waitFor();
    await source(TWO).getByText('REC', { exact: true }).waitFor();
    await button(`Stop recording ${TWO}`).focus();
    const file = await source(TWO).locator('.source-file').textContent();
    await page.keyboard.press('n');
    await expect.poll(() => source(TWO).locator('.source-file').textContent()).not.toBe(file);
  });

  it('has them in the menu of the source', async () => {
    const { page } = running;
    await button(`Actions for ${ONE}`).click();
    await page.getByRole('menuitem', { name: 'Begin a new file now' }).waitFor();
    await running.screenshot('control-menu');
    await page.getByRole('menuitem', { name: 'Pause', exact: true }).click();
    await source(ONE).getByText('Paused', { exact: true }).waitFor();
  });

  it('stops a source by itself at the length that its form says', async () => {
    const { page } = running;
    await button(`Actions for ${TWO}`).click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.getByText('Files of this source').click();
    await page.getByLabel('Stop after').fill('x');
    await page.getByText('Enter a length.').waitFor();
    await page.getByLabel('Stop after').fill('0.05');
    await page.getByLabel('Stop after').scrollIntoViewIfNeeded();
    await running.screenshot('control-form');
    // It is told for a few seconds only.
    const told = page.getByText('has recorded its maximum length of 3 s').first();
    await Promise.all([told.waitFor(), button('Save').click()]);
    await source(TWO).getByText('Off', { exact: true }).waitFor();
  });

  it('has the guards in the settings', async () => {
    const { page } = running;
    await page.keyboard.press('Control+,');
    await expect.poll(() => page.getByLabel('Keep the computer awake while recording').isChecked()).toBe(true);
    await page.getByRole('tab', { name: 'Recording' }).click();
    await page.getByRole('textbox', { name: 'Keep free' }).fill('2.5');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await running.request('settings.get', {})).minFreeBytes).toBe(2_500_000_000);
    await page.getByRole('textbox', { name: 'Keep free' }).scrollIntoViewIfNeeded();
    await running.screenshot('control-settings');
  });

  it('drills what can go wrong, and lets the report be copied', async () => {
    const { page, app } = running;
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await page.getByRole('tab', { name: 'Advanced' }).click();
    await button('Failure drill…').click();
    const dialog = page.getByRole('dialog', { name: 'Failure drill' });
    await dialog.getByText('Keep what the drill records').waitFor();
    await running.screenshot('drill-choice');
    await dialog.getByRole('button', { name: 'Start the drill' }).click();
    await dialog.getByText('happens now').waitFor();
    await running.screenshot('drill-works');
    const state = async () => (await running.request('drill.get', {}))?.state;
    await expect.poll(state).toBe('done');
    await dialog.getByRole('button', { name: 'Copy the report' }).click();
    const copied = () => reading(() => app.evaluate(({ clipboard }) => clipboard.readText()));
    await expect.poll(copied).toContain('Passed: every loss is in the ledger');
    expect(await copied()).toMatch(/Killed recorder: passed/);
    await dialog.getByText('Every loss is in the ledger with its cause').waitFor();
    await running.screenshot('drill-done');
    await dialog.getByRole('button', { name: 'Done' }).click();
  });
});
