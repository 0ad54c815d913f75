import { join } from 'node:path';
import { access, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { writePastDays } from '../support/pastDays.ts';

const SIGNAL = 'Signal';
const DAY_MS = 86_400_000;
/** Recordings end with an hour, some 12 minutes into it: at this age none of them comes to be due in minutes. */
function dueAge(): number {
  const minute = new Date().getMinutes();
  return minute >= 15 && minute < 45 ? 7 : 7.02;
}

describe('keeping and deleting in the window', () => {
  let profile: string;
  let running: RunningApp;
  let root: string;

  beforeAll(async () => {
    profile = await makeProfile();
    root = join(profile, 'Recordings');
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    await writePastDays({ root, sources: 8, days: 10, until: midnight.getTime() });
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const page = () => running.page;
  const dialog = (name: string | RegExp) => page().getByRole('dialog', { name });
  const list = () => page().getByRole('treegrid', { name: 'Recordings by day' });
  const trash = () => running.request('trash.list', { offset: 0, limit: 100 });
  const recordings = () => page().locator('.line-recording');
  const openStorage = async (): Promise<void> => {
    await page().getByRole('button', { name: 'Settings' }).click();
    await page().getByRole('tab', { name: 'Storage' }).click();
  };
  /** They come back by themselves once a dialog that was opened from them is closed. */
  const closeSettings = async (): Promise<void> => {
    await dialog('Settings').waitFor();
    await page().keyboard.press('Escape');
    await dialog('Settings').waitFor({ state: 'hidden' });
  };

  it('shows the coverage of each day, and what is missing of it', async () => {
    const days = async () => (await running.request('library.days', { limit: 99 })).length;
    await expect.poll(days).toBeGreaterThan(9);
    await running.request('settings.update', { splitSeconds: 5 });
    const line = page().getByText('99.99 %, 14 s missing at 03:12, stream lost');
    await expect.poll(() => line.count()).toBeGreaterThan(0);
    await running.screenshot('keeping-01-days');
    await line.first().click();
    const shown = dialog(/^Coverage on/);
    await shown.getByText('14 s missing').waitFor();
    await expect.poll(() => shown.getByText('100 %').count()).toBe(7);
    await shown.getByRole('button', { name: 'Verify boundaries' }).click();
    await shown.getByText(/boundaries: \d+ proven gapless/).waitFor();
    await running.screenshot('keeping-02-coverage');
    await shown.getByRole('button', { name: /14 s missing/ }).click();
    await expect.poll(() => page().locator('.line-gap[aria-selected="true"]').count()).toBe(1);
    await running.screenshot('keeping-03-jumped');
  });

  it('locks and deletes with the keys, and takes back', async () => {
    await list().focus();
    await page().keyboard.press('ArrowDown');
    await expect.poll(() => page().locator('.line-recording[aria-selected="true"]').count()).toBe(1);
    await page().keyboard.press('l');
    await page().locator('.lock-mark').waitFor();
    await page().keyboard.press('Delete');
    await page()
      .getByText(/It is locked/)
      .waitFor();
    await page().keyboard.press('l');
    await expect.poll(() => page().locator('.lock-mark').count()).toBe(0);
    await page().keyboard.press('Delete');
    await page()
      .getByText(/moved to the trash/)
      .waitFor();
    expect((await trash()).total).toBe(1);
    await running.screenshot('keeping-04-deleted');
    await page().getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await trash()).total).toBe(0);
    await expect.poll(() => page().locator('.line-recording[aria-selected="true"]').count()).toBe(1);
    await page().keyboard.press('Delete');
    await expect.poll(async () => (await trash()).total).toBe(1);
    // The keys go on with the next line, and take back without the pointer.
    await expect.poll(() => page().locator('.line-recording[aria-selected="true"]').count()).toBe(1);
    await page().keyboard.press('Control+z');
    await expect.poll(async () => (await trash()).total).toBe(0);
  });

  it('asks before several are deleted', async () => {
    await recordings().nth(1).click();
    for (let more = 0; more < 3; more += 1) await page().keyboard.press('Shift+ArrowDown');
    await expect.poll(() => page().locator('.line-picked').count()).toBe(4);
    await page().keyboard.press('Delete');
    await dialog('Delete 4 recordings?').waitFor();
    await running.screenshot('keeping-05-several');
    await page().getByRole('button', { name: 'Delete 4 recordings' }).click();
    await expect.poll(async () => (await trash()).total).toBe(4);
  });

  it('says what a rule would delete before it holds', async () => {
    await openStorage();
    await page().getByText('Nothing is deleted by itself.').first().waitFor();
    await running.screenshot('keeping-06-settings');
    await page().getByRole('button', { name: 'Rules…' }).click();
    const rules = dialog('Deleting old recordings');
    await rules.getByText('Nothing now.').waitFor();
    await rules.getByLabel('Delete after (days)').fill('5');
    await rules.getByText(/recordings, .* within the hour/).waitFor();
    await running.screenshot('keeping-07-rules');
    await rules.getByLabel('Delete after (days)').fill('nothing');
    await rules.getByText(/as a number above 0/).waitFor();
    await expect.poll(() => rules.getByRole('button', { name: 'Save rules' }).isEnabled()).toBe(false);
    const maxAgeDays = dueAge();
    await rules.getByLabel('Delete after (days)').fill(String(maxAgeDays));
    await rules.getByText(/recordings, .* within the hour/).waitFor();
    await rules.getByRole('button', { name: 'Save rules' }).click();
    await rules.waitFor({ state: 'hidden' });
    expect((await running.request('settings.get', {})).retention).toEqual({ maxAgeDays });
    const preview = await running.request('retention.preview', {});
    expect(preview.due.every(({ recording }) => recording.startedAt < Date.now() - 6 * DAY_MS)).toBe(true);
    expect((await trash()).total).toBe(4);

    // The rules lead back to the settings that they were opened in.
    await page().getByRole('button', { name: 'Rules…' }).click();
    await rules.getByRole('button', { name: `Save and delete ${preview.dueCount} now` }).click();
    await page().getByText(`The rules deleted ${preview.dueCount} recordings`).waitFor();
    expect((await trash()).total).toBe(4 + preview.dueCount);
    expect((await running.request('retention.preview', {})).dueCount).toBe(0);
    for (const { recording } of preview.due) {
      await expect(access(join(root, recording.path))).rejects.toThrow('ENOENT');
    }
    await closeSettings();
  });

  it('shows the trash, restores from it and empties it', async () => {
    await openStorage();
    await dialog('Settings').getByRole('button', { name: 'Trash…' }).click();
    const shown = dialog('Trash');
    await shown.getByText(/deleted recordings/).waitFor();
    await running.screenshot('keeping-08-trash');
    const before = (await trash()).total;
    await shown
      .getByRole('button', { name: /^Restore/ })
      .first()
      .click();
    await expect.poll(async () => (await trash()).total).toBe(before - 1);
    // Nobody restores a recording to have the rule delete it again.
    await page()
      .getByText(/restored, and locked/)
      .waitFor();
    expect(await running.request('retention.preview', {})).toMatchObject({ dueCount: 0, kept: { locked: 1 } });
    await shown.getByRole('button', { name: 'Empty trash…' }).click();
    await shown
      .getByRole('button', { name: /for good$/ })
      .last()
      .click();
    await shown.getByText('The trash is empty').waitFor();
    await expect.poll(() => readdir(join(root, '.longtake/trash'))).toEqual([]);
    await shown.getByRole('button', { name: 'Close' }).first().click();
    await closeSettings();
  });

  it('shows where recording began and ended, and proves the boundaries of what it records', async () => {
    const { config } = await running.request('sources.add', {
      kind: 'generator',
      name: SIGNAL,
      programme: 'mixed',
      seed: 1,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 2,
    });
    await running.request('sources.arm', { ids: [config.id] });
    const boundaries = async () =>
      (await running.request('library.verifySeams', { from: Date.now() - 600_000, to: Date.now() })).seams;
    await expect.poll(boundaries).toBeGreaterThan(0);
    await list().focus();
    await page().keyboard.press('Home');
    await page().getByText('Set to record.').first().waitFor();
    await running.request('sources.disarm', { ids: [config.id] });
    await page().getByText('Recording ended.', { exact: true }).first().waitFor();
    const now = Date.now();
    const coverage = await running.request('library.coverage', { from: now - 600_000, to: now });
    const mine = coverage.sources.find(({ sourceId }) => sourceId === config.id);
    // A busy machine opens it late, and says so.
    const opening = mine?.missing.filter(({ cause }) => cause === 'starting') ?? [];
    expect(mine?.missing).toEqual(opening);
    const openingMs = opening.reduce((sum, { from, to }) => sum + to - from, 0);
    expect((mine?.capturedMs ?? 0) + openingMs).toBeCloseTo(mine?.armedMs ?? 0, 0);
    const seams = await running.request('library.verifySeams', { from: now - 600_000, to: now });
    expect(seams.findings).toEqual([]);
    expect(seams.gapless + seams.unproven).toBe(seams.seams);
    await running.screenshot('keeping-09-armings');
    await page().setViewportSize({ width: 900, height: 600 });
    await running.screenshot('keeping-10-small');
    await running.request('settings.update', { theme: 'dark' });
    await running.screenshot('keeping-11-dark');
    await page()
      .getByText(/missing at 03:12/)
      .first()
      .click();
    await running.screenshot('keeping-12-dark-coverage');
    await page().keyboard.press('Escape');
    expect(running.pageErrors).toEqual([]);
  });
});
