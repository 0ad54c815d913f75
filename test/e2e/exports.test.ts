import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { acting, reading } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { findFfmpeg } from '../../src/engine/clips/findFfmpeg.ts';
import { BURSTS, writeHeardDays } from '../support/heardDays.ts';

const RATE = 8000;
const WAV_HEADER = /^RIFF/;
const LOOKS = [
  { theme: 'light', size: { width: 1280, height: 800 } },
  { theme: 'dark', size: { width: 900, height: 600 } },
] as const;

interface Stubbed {
  /** Where the next dialog says to export to. */
  exportTo?: string;
  /** How often a dialog asked where to. */
  asked: number;
  readonly dragged: { readonly file: string; readonly icon: number }[];
}

const FOUND = { timeout: 180_000 };

describe('taking audio out of the studio', () => {
  let profile: string;
  let out: string;
  /** All that the program finds by its name. */
  let bin: string;
  let running: RunningApp;
  let recording: Recording;

  beforeAll(async () => {
    profile = await makeProfile();
    out = join(profile, 'out');
    await mkdir(out);
    bin = join(profile, 'bin');
    await mkdir(bin);
    // Every system has it, and ffmpeg is run with it.
    await symlink('/usr/bin/nice', join(bin, 'nice'));
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    await writeHeardDays({
      root: join(profile, 'Recordings'),
      sources: ['Garden'],
      days: 1,
      recordingsPerDay: 2,
      until: midnight.getTime(),
    });
    running = await RunningApp.launch(profile, { LONGTAKE_NO_DIALOGS: '0', PATH: bin, LONGTAKE_FFMPEG: '' });
    await running.page.setViewportSize(LOOKS[0].size);
    // No person is there to answer the desktop's own dialog, nor a file manager to drop into.
    await acting(() =>
      running.app.evaluate(({ BrowserWindow, dialog }) => {
        const stubbed: Stubbed = { asked: 0, dragged: [] };
        Object.assign(globalThis, { stubbed });
        dialog.showSaveDialog = (() => {
          stubbed.asked += 1;
          return Promise.resolve({ canceled: stubbed.exportTo === undefined, filePath: stubbed.exportTo ?? '' });
        }) as never;
        const [window] = BrowserWindow.getAllWindows();
        if (!window) throw new Error('There is no window.');
        window.webContents.startDrag = ({ file, icon }) => {
          stubbed.dragged.push({ file, icon: typeof icon === 'string' ? 0 : icon.getSize().width });
        };
      }),
    );
    recording = await vi.waitFor(async () => {
      const { recordings } = await running.request('library.find', { filter: {}, offset: 0, limit: 5 });
      const [oldest, ...others] = recordings.toSorted((a, b) => a.startedAt - b.startedAt);
      if (!oldest || others.length !== 1) throw new Error('There should be two recordings.');
      for (const { id } of recordings) {
        const found = await running.request('review.sections', { recordingId: id });
        if (found.length !== BURSTS.length) throw new Error('They are still being analysed.');
      }
      return oldest;
    }, FOUND);
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const page = () => running.page;
  const exportTo = (path: string | undefined): Promise<void> =>
    acting(() =>
      running.app.evaluate((_electron, to) => {
        const { stubbed } = globalThis as unknown as { stubbed: Stubbed };
        if (to === null) delete stubbed.exportTo;
        else stubbed.exportTo = to;
      }, path ?? null),
    );
  const seen = (): Promise<Stubbed> =>
    reading(() => running.app.evaluate(() => (globalThis as unknown as { stubbed: Stubbed }).stubbed));
  const dragged = async (): Promise<Stubbed['dragged']> => (await seen()).dragged;

  /** Samples of a WAV file of ours. */
  async function samplesOf(path: string): Promise<Buffer> {
    const bytes = await readFile(path);
    expect(bytes.toString('latin1', 0, 4)).toMatch(WAV_HEADER);
    const at = bytes.indexOf('data');
    return bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4));
  }

  const original = (): Promise<Buffer> => samplesOf(join(recording.root, recording.path));

  /** WCAG 2.2 AA in both looks; keeps a picture of each. */
  async function withoutBarrier(screen: string): Promise<void> {
    for (const { theme, size } of LOOKS) {
      await running.request('settings.update', { theme });
      await page().setViewportSize(size);
      await expect.poll(() => page().evaluate(() => document.documentElement.dataset['theme'])).toBe(theme);
      await running.screenshot(`${screen}-${theme}-${size.width}`);
      const { violations } = await new AxeBuilder({ page: page() }).setLegacyMode().analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    }
  }

  const position = () => page().getByRole('slider', { name: 'Position' });

  async function openRecording(): Promise<void> {
    await page()
      .getByRole('button', { name: /^Play Garden/ })
      .last()
      .click();
    await expect.poll(() => position().getAttribute('data-waveform')).toBe('ready');
    await page().getByRole('region', { name: 'Player' }).getByRole('button', { name: 'Pause' }).click();
  }

  it('drags a chip out as a file of its section, made before the drag', async () => {
    const chip = page().getByRole('listbox', { name: 'Loudest sections' }).getByRole('option').first();
    await chip.hover();
    await expect.poll(() => readdir(join(profile, 'cache', 'cuts')).then((names) => names.length)).toBe(1);
    await chip.dispatchEvent('dragstart');
    await expect.poll(dragged).toHaveLength(1);
    const [drag] = await dragged();
    if (!drag) throw new Error('Nothing was dragged.');
    expect(drag.icon).toBeGreaterThan(0);
    const sections = await running.request('review.sections', { recordingId: recording.id });
    const loudest = sections.toSorted((a, b) => b.score - a.score)[0];
    if (!loudest) throw new Error('There should be a section.');
    const samples = await samplesOf(drag.file);
    expect(samples.length).toBe(Math.round((loudest.toSeconds - loudest.fromSeconds) * RATE) * 2);
    expect((await original()).includes(samples)).toBe(true);
  });

  it('cuts the selection by a key, and shows where it went', async () => {
    await openRecording();
    // How a part is selected is said as long as none is.
    await page().getByText('Drag over the waveform').waitFor();
    await position().focus();
    await page().keyboard.press('Home');
    await page().keyboard.press('i');
    await page().keyboard.press('ArrowRight');
    await page().keyboard.press('o');
    await expect.poll(() => page().getByRole('group', { name: 'Selection' }).isVisible()).toBe(true);
    await page().getByRole('button', { name: 'Snap to zero' }).click();
    await exportTo(join(out, 'cut.wav'));
    await page().keyboard.press('c');
    const done = page().getByRole('list', { name: 'Exports' }).getByRole('status');
    await expect.poll(() => done.textContent()).toBe('Written to cut.wav');
    const samples = await samplesOf(join(out, 'cut.wav'));
    expect(samples.length).toBeGreaterThan(RATE);
    expect((await original()).includes(samples)).toBe(true);
    await page().getByRole('list', { name: 'Exports' }).getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => page().getByRole('list', { name: 'Exports' }).count()).toBe(0);
  });

  it('says how to get ffmpeg where it is missing, and leaves nothing behind', async () => {
    const before = await readdir(out);
    await page().keyboard.press('e');
    const dialog = page().getByRole('dialog', { name: 'Export' });
    await dialog.getByLabel('Format').selectOption('mp3');
    await exportTo(join(out, 'none.mp3'));
    await dialog.getByRole('button', { name: 'Export…' }).click();
    const list = page().getByRole('list', { name: 'Exports' });
    await expect.poll(() => list.getByRole('status').textContent()).toMatch(/ffmpeg.*not found.*Install.*ffmpeg/i);
    await running.screenshot('export-without-ffmpeg');
    expect(await readdir(out)).toEqual(before);
    await list.getByRole('button', { name: 'Dismiss' }).click();
    // Whoever installs it goes on at once.
    await symlink(await findFfmpeg(), join(bin, 'ffmpeg'));
  });

  it('asks for a format, in both looks without a barrier, and converts', async () => {
    await page().keyboard.press('e');
    const dialog = page().getByRole('dialog', { name: 'Export' });
    await expect.poll(() => dialog.getByText(/Really from/).isVisible()).toBe(true);
    await dialog.getByLabel('Format').selectOption('mp3');
    await withoutBarrier('export');
    await dialog.getByLabel('Gain, dB').fill('99');
    await expect.poll(() => dialog.getByText('Enter -60 to 60 dB.').isVisible()).toBe(true);
    await expect.poll(() => dialog.getByRole('button', { name: 'Export…' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Gain, dB').fill('-3');
    // A person who changes their mind loses nothing that they typed.
    await exportTo(undefined);
    const { asked } = await seen();
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect.poll(async () => (await seen()).asked).toBe(asked + 1);
    await expect.poll(() => dialog.getByRole('button', { name: 'Export…' }).isEnabled()).toBe(true);
    await exportTo(join(out, 'quiet.mp3'));
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect.poll(() => dialog.isVisible()).toBe(false);
    const done = page().getByRole('list', { name: 'Exports' }).getByRole('status');
    await expect.poll(() => done.textContent()).toBe('Written to quiet.mp3');
    await running.screenshot('export-done-dark-900');
    expect((await readFile(join(out, 'quiet.mp3'))).length).toBeGreaterThan(1000);
    expect((await readdir(out)).toSorted()).toEqual(['cut.wav', 'quiet.mp3']);
  });

  it('exports the starred sections of a day as a table, and as one file with labels', async () => {
    const sections = await running.request('review.sections', { recordingId: recording.id });
    await running.request('review.setVerdict', { ids: sections.map(({ id }) => id), verdict: 'star' });
    await page().getByRole('button', { name: 'Reel…' }).click();
    const dialog = page().getByRole('dialog', { name: 'Export' });
    await dialog.getByRole('radio', { name: 'Table (CSV)' }).check();
    await exportTo(join(out, 'reel.csv'));
    await dialog.getByRole('button', { name: 'Export…' }).click();
    // It is there before it is written.
    const written = async () => (await readFile(join(out, 'reel.csv'), 'utf8').catch(() => '')).trim().split('\r\n');
    await expect.poll(written).toHaveLength(1 + BURSTS.length);
    const lines = await written();
    expect(lines[1]).toContain('Garden,');
    expect(lines[1]).toContain(',star,');
    await page().getByRole('button', { name: 'Reel…' }).click();
    await dialog.getByRole('radio', { name: 'One file' }).check();
    await expect.poll(() => dialog.getByText('Joined as recorded, not re-encoded: all are WAV').isVisible()).toBe(true);
    await dialog.getByRole('checkbox', { name: 'Labels for Audacity, too' }).check();
    await running.screenshot('export-reel-dark-900');
    await exportTo(join(out, 'reel.wav'));
    await dialog.getByRole('button', { name: 'Export…' }).click();
    await expect.poll(() => readdir(out)).toEqual(expect.arrayContaining(['reel.wav', 'reel.cue', 'reel.txt']));
    const labels = async () => (await readFile(join(out, 'reel.txt'), 'utf8')).trim().split('\n');
    await expect.poll(labels).toHaveLength(BURSTS.length);
    const end = Number((await labels()).at(-1)?.split('\t')[1]);
    expect((await samplesOf(join(out, 'reel.wav'))).length / 2 / RATE).toBeCloseTo(end, 3);
  });

  it('sets a marker by keys that work everywhere, at the instant at which they go down', async () => {
    await acting(() =>
      running.app.evaluate(({ globalShortcut }) => {
        // No person is there to press them while another program has focus.
        const register = globalShortcut.register.bind(globalShortcut);
        globalShortcut.register = (keys, callback) => {
          Object.assign(globalThis, { pressMark: callback });
          return register(keys, callback);
        };
      }),
    );
    const isTaken = (): Promise<boolean> =>
      reading(() =>
        running.app.evaluate(({ globalShortcut }) => globalShortcut.isRegistered('CommandOrControl+Alt+M')),
      );
    await page().keyboard.press('Control+,');
    await page().getByRole('tab', { name: 'Shortcuts' }).click();
    const field = page().getByRole('textbox', { name: 'Keys for a marker, everywhere' });
    await field.fill('CommandOrControl+Alt+M');
    await field.press('Enter');
    await expect.poll(isTaken).toBe(true);
    await acting(() =>
      running.app.evaluate(() => {
        const { pressMark } = globalThis as unknown as { pressMark: () => void };
        const at = Date.now();
        pressMark();
        Object.assign(globalThis, { pressed: [at, Date.now()] });
      }),
    );
    const [from, to] = await reading(() =>
      running.app.evaluate(() => (globalThis as unknown as { pressed: readonly [number, number] }).pressed),
    );
    await expect.poll(() => running.request('markers.list', { from, to: to + 1 })).toHaveLength(1);
    await field.fill('');
    await field.press('Enter');
    await expect.poll(isTaken).toBe(false);
    await page().keyboard.press('Escape');
  });

  it('deletes for good through the trash, and what was made of the recording goes with it', async () => {
    const kept = async (): Promise<string[]> =>
      (await Promise.all(['peaks', 'levels'].map((folder) => readdir(join(profile, 'cache', folder)))))
        .flat()
        .filter((name) => name.startsWith(recording.id));
    expect((await kept()).length).toBeGreaterThan(0);
    await running.request('recordings.delete', { ids: [recording.id] });
    await page().keyboard.press('Control+,');
    await page().getByRole('tab', { name: 'Storage' }).click();
    await page().getByRole('dialog', { name: 'Settings' }).getByRole('button', { name: 'Trash…' }).click();
    const trash = page().getByRole('dialog', { name: 'Trash' });
    await trash
      .getByRole('button', { name: /^Restore/ })
      .first()
      .waitFor();
    await withoutBarrier('trash');
    await trash.getByRole('button', { name: 'Empty trash…' }).click();
    await trash
      .getByRole('button', { name: /for good$/ })
      .last()
      .click();
    await trash.getByText('The trash is empty').waitFor();
    await expect.poll(kept).toEqual([]);
    await expect(readFile(join(recording.root, recording.path))).rejects.toThrow('ENOENT');
    expect((await running.request('library.find', { filter: {}, offset: 0, limit: 5 })).recordings).toHaveLength(1);
    await page().keyboard.press('Escape');
    expect(running.pageErrors).toEqual([]);
  });
});
