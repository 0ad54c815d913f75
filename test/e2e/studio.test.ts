import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { Locator } from 'playwright-core';
import type { LongtakeBridge } from '../../src/shared/contract/bridge.ts';
import { decode, probe } from '../support/ffmpeg.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { startVirtualCards, type VirtualCards } from '../support/pulse.ts';
import { makeRamp } from '../support/ramp.ts';

const CARD = 'studio_a';
const SIGNAL = 'Test signal';

describe('the studio in Electron', () => {
  let profile: string;
  let virtual: VirtualCards;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    virtual = await startVirtualCards({ [CARD]: {} });
    running = await RunningApp.launch(profile, virtual.env);
    await running.page.setViewportSize({ width: 1280, height: 800 });
  });
  afterAll(async () => {
    await running.quit();
    await virtual.stop();
    await removeProfile(profile);
  });

  const source = (name: string) => running.page.locator('#sources').getByRole('listitem', { name, exact: true });
  const rows = (name: string) => running.page.getByRole('button', { name: new RegExp(`^Play ${name},`) });

  async function today(): Promise<readonly Recording[]> {
    const [day] = await running.request('library.days', { limit: 1 });
    if (!day) return [];
    return (await running.request('library.recordings', { day: day.day, offset: 0, limit: 500 })).recordings;
  }

  /** The level that the first meter in a place shows, dBFS; NaN while it shows none. */
  async function level(place: Locator): Promise<number> {
    const text = await place.locator('[data-level]').first().getAttribute('data-level');
    return text === null || text === '' ? Number.NaN : Number(text);
  }

  it('welcomes a person and records the test signal with one click', async () => {
    const { page } = running;
    await expect.poll(() => page.getByRole('heading', { name: 'What do you want to record?' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Import an ISR configuration' }).waitFor();
    await running.screenshot('01-welcome');
    await running.request('settings.update', { splitSeconds: 5 });
    await page.getByRole('button', { name: 'Record the test signal' }).click();
    await source(SIGNAL).getByText('REC', { exact: true }).waitFor();
    await expect.poll(() => source(SIGNAL).getByText('TEST SIGNAL', { exact: true }).count()).toBe(1);
  });

  it('adds a soundcard from the list, with its level before it is saved', async () => {
    const { page } = running;
    const ramp = join(profile, 'tone.pcm');
    await writeFile(ramp, makeRamp(16, 48_000 * 2 * 60).bytes);
    const playing = new AbortController();
    // Again and again: a busy machine may look after a minute.
    const played = (async () => {
      while (!playing.signal.aborted) await virtual.card(CARD).play(ramp, playing.signal);
    })().catch((error: unknown) => {
      if (!playing.signal.aborted) throw error;
    });
    await page.getByRole('button', { name: /add a source/i }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a source' });
    await dialog.getByRole('radio', { name: 'Microphone or line-in' }).click();
    await dialog.getByRole('radio', { name: new RegExp(`^${CARD}`) }).click();
    await expect.poll(() => level(dialog)).toBeGreaterThan(-10);
    await running.screenshot('02-add-a-source');
    await dialog.getByLabel('Name', { exact: true }).fill('Studio A');
    await dialog.getByRole('button', { name: 'Save and record' }).click();
    await source('Studio A').getByText('REC', { exact: true }).waitFor();
    await expect.poll(() => level(source('Studio A'))).toBeGreaterThan(-10);
    playing.abort();
    await played;
  });

  it('moves its meters', async () => {
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          seen.add(await level(source(SIGNAL)));
          return seen.size;
        },
        { interval: 100 },
      )
      .toBeGreaterThan(4);
  });

  it('lists three splits of each source as they arrive', async () => {
    await expect.poll(() => rows(SIGNAL).count()).toBeGreaterThanOrEqual(3);
    await expect.poll(() => rows('Studio A').count()).toBeGreaterThanOrEqual(3);
    await running.screenshot('03-splits');
  });

  it('plays a finished recording, draws it, and seeks in it', async () => {
    const { page } = running;
    // A file of 5 s is over soon: it is repeated.
    await page.keyboard.press('r');
    await rows(SIGNAL).nth(1).click();
    const player = page.getByRole('region', { name: 'Player' });
    const position = player.getByRole('slider', { name: 'Position' });
    await position.waitFor();
    const now = async (): Promise<number> => Number(await position.getAttribute('aria-valuenow'));
    await expect.poll(now).toBeGreaterThan(0);
    const seen = new Set<number>();
    await expect.poll(async () => seen.add(await now()).size).toBeGreaterThan(2);
    await running.screenshot('04-player');
    await player.getByRole('button', { name: 'Pause' }).click();
    await position.focus();
    await page.keyboard.press('Home');
    await expect.poll(now).toBe(0);
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(now).toBe(1);
    await page.keyboard.press('r');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: /keys|shortcuts/i }).waitFor();
    await running.screenshot('05-keys');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });

  it('tells the truth when the recorder is killed, and records on', async () => {
    // A file that has only just begun has nothing in it yet that could be repaired.
    const isInTheMiddle = async (): Promise<boolean> =>
      (await running.request('sources.list', {})).every(
        ({ status: { recording } }) =>
          recording !== undefined && recording.durationMs > 1000 && recording.nextBoundaryAt - Date.now() > 2000,
      );
    await expect.poll(isInTheMiddle).toBe(true);
    const pid = await running.recorderPid();
    // What the page is told, and not what it draws: a busy machine comes to it when it is over.
    await running.page.evaluate(() => {
      const told: string[] = [];
      const { longtake } = window as { longtake?: LongtakeBridge };
      longtake?.on('sources.status', ({ state }) => void told.push(state));
      Object.assign(window, { told });
    });
    const told = () => running.page.evaluate(() => (window as unknown as { told: readonly string[] }).told);
    process.kill(pid, 'SIGKILL');
    await expect.poll(told).toContain('reconnecting');
    await expect.poll(() => running.recorderPid()).not.toBe(pid);
    await expect.poll(() => source(SIGNAL).getAttribute('data-source-state')).toBe('recording');
    const [day] = await running.request('library.days', { limit: 1 });
    if (!day) throw new Error('There should be recordings today.');
    const gap = async () =>
      (await running.request('library.gaps', { day: day.day })).find(
        ({ sourceName, cause }) => sourceName === SIGNAL && cause === 'crash',
      );
    await expect.poll(async () => ((await gap())?.to ?? 0) - ((await gap())?.from ?? 0)).toBeGreaterThan(0);
    const repaired = async () => (await today()).filter(({ state }) => state === 'repaired');
    // Files are mended beside the recording that goes on.
    await expect
      .poll(async () => (await repaired()).map(({ sourceName }) => sourceName))
      .toEqual(expect.arrayContaining([SIGNAL, 'Studio A']));
    for (const { root, path, samples, format } of await repaired()) {
      const { duration } = await probe(join(root, path));
      expect(duration).toBeCloseTo(samples / format.sampleRate, 2);
    }
    await running.page.getByText('Repaired').first().waitFor();
    await running.screenshot('06-after-a-kill');
  });

  it('disarms all, quits, and finds everything when it is started again', async () => {
    await running.request('sources.disarm', {});
    await expect.poll(() => source(SIGNAL).getAttribute('data-source-state')).toBe('disarmed');
    const before = await today();
    expect(before.every(({ state }) => state === 'complete' || state === 'repaired')).toBe(true);
    expect(running.pageErrors).toEqual([]);
    await running.quit();

    running = await RunningApp.launch(profile, virtual.env);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await source(SIGNAL).waitFor();
    await source('Studio A').waitFor();
    await expect.poll(() => today()).toEqual(before);
    await expect.poll(() => rows(SIGNAL).count()).toBeGreaterThanOrEqual(3);
    await running.screenshot('07-started-again');
    for (const { root, path } of before) {
      const { complaints, pcm } = await decode(join(root, path));
      expect(complaints).toBe('');
      expect(pcm.length).toBeGreaterThan(0);
    }
  });

  it('loses less than a second when everything is killed, and says so', async () => {
    await running.request('settings.update', { splitSeconds: 3600 });
    await running.request('sources.arm', {});
    await source(SIGNAL).getByText('REC', { exact: true }).waitFor();
    const { recordingsFolder } = await running.request('storage.get', {});
    /** How much of the open recording of each source is on the disk, ms. */
    let written = new Map<string, number>();
    // Of what the studio says that it has captured, less than a second is on no disk, but for a disk that is late.
    const isWritten = async (): Promise<boolean> => {
      const all = await Promise.all(
        (await running.request('sources.list', {})).map(async ({ config, status: { recording, format } }) => {
          if (!recording || !format) throw new Error(`${config.name} should be recording.`);
          const { size } = await stat(join(recordingsFolder, recording.path));
          const frameBytes = (format.channels * (format.bitDepth ?? 0)) / 8;
          const ms = (size * 1000) / frameBytes / format.sampleRate;
          return { name: config.name, ms, durationMs: recording.durationMs };
        }),
      );
      written = new Map(all.map(({ name, ms }) => [name, ms]));
      return all.length === 2 && all.every(({ durationMs, ms }) => durationMs > 1500 && durationMs - ms < 1000);
    };
    await expect.poll(isWritten).toBe(true);
    const killedAt = Date.now();
    await running.kill();

    running = await RunningApp.launch(profile, virtual.env);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await source(SIGNAL).getByText('REC', { exact: true }).waitFor();
    const lastOf = (name: string, list: readonly Recording[]): Recording | undefined =>
      list.filter((recording) => recording.sourceName === name && recording.startedAt < killedAt)[0];
    for (const name of [SIGNAL, 'Studio A']) {
      await expect.poll(async () => lastOf(name, await today())?.state).not.toBe('recording');
      const last = lastOf(name, await today());
      if (!last) throw new Error(`${name} should have recorded.`);
      // But for the header.
      const kept = (last.samples * 1000) / last.format.sampleRate;
      expect(kept).toBeGreaterThan((written.get(name) ?? Number.NaN) - 20);
      expect((await decode(join(last.root, last.path))).complaints).toBe('');
    }
    await running.request('sources.disarm', {});
    expect(running.pageErrors).toEqual([]);
  });

  it('prints where recordings go', async () => {
    expect(running.output.join('')).toMatch(/^Longtake \d+\.\d+\.\d+ is running\. Recordings go to .+\.$/m);
    const log = await readFile(join(profile, 'logs', 'main.log'), 'utf8').catch(() => '');
    expect(log).not.toContain('INTERNAL');
  });
});
