import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../src/shared/contract/requests.ts';
import {
  acting,
  answerNext,
  chooseInTray,
  closeWindow,
  pageProcesses,
  reading,
  seenBy,
  trayLabels,
  DesktopStandIn,
  watchDesktop,
} from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

const SIGNAL = {
  kind: 'generator',
  name: 'Signal & Co',
  programme: 'mixed',
  seed: 7,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 1,
} as const;
const PLACE = { x: 60, y: 40, width: 1000, height: 650 };

describe('the studio in the background', () => {
  let profile: string;
  let env: Readonly<Record<string, string>>;
  let tray: DesktopStandIn;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    tray = await DesktopStandIn.make(join(profile, 'bin'));
    env = { ...tray.env, XDG_CONFIG_HOME: join(profile, 'config'), LONGTAKE_NO_DIALOGS: '0' };
    running = await RunningApp.launch(profile, env);
    await watchDesktop(running.app);
    await running.request('sources.add', SIGNAL);
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const page = () => running.page;
  const choose = (label: string) => chooseInTray(running.app, label);

  async function source(): Promise<Source> {
    const [found] = await running.request('sources.list', {});
    if (!found) throw new Error('There is no source.');
    return found;
  }
  const state = async () => (await source()).status.state;

  const bounds = () =>
    reading(() => running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds()));

  async function files(): Promise<number> {
    const [day] = await running.request('library.days', { limit: 1 });
    return day?.recordings ?? 0;
  }

  async function filesOnDisk(): Promise<number> {
    const names = await readdir(join(profile, 'Recordings'), { recursive: true });
    return names.filter((name) => name.endsWith('.wav')).length;
  }

  async function closeToTray(): Promise<void> {
    await tray.set(true);
    const [pid] = await pageProcesses(running.app);
    await closeWindow(running.app);
    await expect.poll(() => pageProcesses(running.app)).toEqual([]);
    // Gone, and not only out of sight.
    if (pid !== undefined) await expect.poll(() => isAlive(pid)).toBe(false);
  }

  it('is controlled by the menu of its tray', async () => {
    await choose('Signal && Co: off/Record');
    await expect.poll(state).toBe('recording');
    await expect
      .poll(() => trayLabels(running.app))
      .toEqual([
        '(Recording 1 source)',
        'Signal && Co: recording',
        'Signal && Co: recording/Begin a new file now',
        'Signal && Co: recording/Pause',
        'Signal && Co: recording/Stop recording',
        'Set a marker now',
        'Begin new files now',
        'Pause all',
        'Open Longtake',
        'Quit',
      ]);
    const from = Date.now();
    await choose('Set a marker now');
    await expect.poll(() => running.request('markers.list', { from, to: Date.now() + 1 })).toHaveLength(1);
    const before = (await source()).status.recording?.id;
    await choose('Begin new files now');
    await expect.poll(async () => (await source()).status.recording?.id).not.toBe(before);
    await choose('Pause all');
    await expect.poll(state).toBe('paused');
    await choose('Resume all');
    await expect.poll(state).toBe('recording');
    await choose('Signal && Co: recording/Stop recording');
    await expect.poll(state).toBe('disarmed');
    await choose('Signal && Co: off/Record');
    await expect.poll(state).toBe('recording');
  });

  it('goes on in the tray when the window is closed, says so once, and comes back as it was', async () => {
    const { since } = (await source()).status;
    await acting(() =>
      running.app.evaluate(({ BrowserWindow }, place) => {
        BrowserWindow.getAllWindows()[0]?.setBounds(place);
      }, PLACE),
    );
    await expect.poll(bounds).toEqual(PLACE);
    await closeToTray();
    const told = async () => (await seenBy(running.app)).boxes;
    await expect.poll(told).toEqual([expect.stringContaining('Recording goes on with 1 source.')]);

    await running.reopened(() => choose('Open Longtake'));
    expect((await source()).status).toMatchObject({ state: 'recording', since });
    await expect.poll(bounds).toEqual(PLACE);
    await page().reload();
    expect((await source()).status.since).toBe(since);

    await closeToTray();
    await running.reopened(() => startAgain(running.app));
    expect((await source()).status).toMatchObject({ state: 'recording', since });
    expect(await told()).toHaveLength(1);
    expect(await running.app.windows()).toHaveLength(1);
  });

  it('minimises the window where there is no tray, and says so', async () => {
    await tray.set(false);
    await closeWindow(running.app);
    await expect.poll(() => seenBy(running.app)).toMatchObject({ minimised: 1 });
    await page()
      .getByText(/This desktop has no tray, so the window was minimised/)
      .waitFor();
    await expect.poll(async () => (await seenBy(running.app)).boxes.at(-1)).toContain('minimised instead of closed');
    expect(await state()).toBe('recording');
  });

  it('is controlled by keys from everywhere, and shows which cannot be had', async () => {
    await acting(() =>
      running.app.evaluate(({ globalShortcut }) => {
        // No person is there to press them while another program has focus.
        const pressed = new Map<string, () => void>();
        Object.assign(globalThis, { pressed });
        globalShortcut.register('Control+Alt+K', () => undefined);
        const register = globalShortcut.register.bind(globalShortcut);
        globalShortcut.register = (keys, callback) => {
          pressed.set(keys, callback);
          return register(keys, callback);
        };
      }),
    );
    const press = (keys: string) =>
      acting(() =>
        running.app.evaluate((_, wanted) => {
          (globalThis as unknown as { pressed: Map<string, () => void> }).pressed.get(wanted)?.();
        }, keys),
      );
    await running.request('settings.update', {
      markShortcut: 'Control+Alt+K',
      splitShortcut: 'Control+Alt+N',
      pauseShortcut: 'Control+Alt+P',
    });
    const shortcuts = async () => (await running.request('desktop.background', {}))?.shortcuts;
    await expect.poll(shortcuts).toEqual([
      { action: 'mark', keys: 'Control+Alt+K', problem: expect.stringContaining('another program has them') },
      { action: 'split', keys: 'Control+Alt+N' },
      { action: 'pause', keys: 'Control+Alt+P' },
    ]);
    await page().keyboard.press('Control+,');
    const dialog = page().getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('tab', { name: 'Shortcuts' }).click();
    await dialog.getByText(/Control\+Alt\+K cannot be taken to set a marker: another program has them/).waitFor();
    const field = (name: string) => dialog.locator('.setting', { hasText: name });
    await field('Keys for a pause, everywhere').getByRole('button', { name: 'Press keys' }).click();
    await page().keyboard.press('Control+Alt+N');
    await dialog.getByText('Control+Alt+N are the keys to begin new files.').waitFor();
    await running.screenshot('shortcut-conflicts');
    await dialog.getByRole('tab', { name: 'General' }).click();
    await dialog.getByText('This desktop has no tray now').waitFor();
    await running.screenshot('background-settings');
    await page().keyboard.press('Escape');
    const before = await files();
    await press('Control+Alt+N');
    await expect.poll(files).toBeGreaterThan(before);
    await press('Control+Alt+P');
    await expect.poll(state).toBe('paused');
    // The tray knows it, too, a moment later.
    await expect.poll(() => trayLabels(running.app)).toContain('Resume all');
    await press('Control+Alt+P');
    await expect.poll(state).toBe('recording');
    await running.request('settings.update', { pauseShortcut: 'Control+Alt+N' });
    await expect.poll(async () => (await shortcuts())?.at(-1)?.problem).toContain('the keys to begin new files');
  });

  it('is started at log-in by a file of the desktop, which goes away again', async () => {
    const folder = join(profile, 'config', 'autostart');
    await running.request('settings.update', { startAtLogin: true });
    // It is there before it is written.
    const entries = async () => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    };
    await expect.poll(entries).toEqual([expect.stringMatching(/^Exec=env LONGTAKE_USER_DATA=.* --hidden$/m)]);
    await running.request('settings.update', { startAtLogin: false });
    await expect.poll(() => readdir(folder)).toEqual([]);
  });

  it('asks before it quits while something is recorded', async () => {
    await running.request('settings.update', { startHidden: 'always', armAtStart: true, resumeArmed: false });
    // More than any disk has: it is low from the next start on.
    await running.request('settings.update', { warnFreeBytes: 1e15 });
    await tray.set(true);
    const child = running.app.process();
    const exited = once(child, 'exit');
    await answerNext(running.app, 1);
    await choose('Quit');
    await expect
      .poll(async () => (await seenBy(running.app)).boxes.at(-1))
      .toContain('Recording goes on until you quit.');
    expect(await state()).toBe('recording');
    await answerNext(running.app, 0);
    await choose('Quit');
    expect(await exited).toEqual([0, null]);
  });

  it('starts without a window, and records every source', async () => {
    const before = await filesOnDisk();
    running = await RunningApp.launch(profile, env, async (app) => {
      await expect.poll(filesOnDisk).toBeGreaterThan(before);
      expect(await pageProcesses(app)).toEqual([]);
      expect(app.windows()).toEqual([]);
      await startAgain(app);
    });
    await expect.poll(state).toBe('recording');
    await expect.poll(bounds).toEqual(PLACE);
    await running.request('sources.disarm', {});
    // A person says in the notification that they have seen the alarm.
    const alarms = async () =>
      (await running.request('alarms.active', {})).map(({ kind, acknowledgedAt }) => [
        kind,
        acknowledgedAt !== undefined,
      ]);
    await expect.poll(alarms).toContainEqual(['lowDisk', true]);
    expect(running.pageErrors).toEqual([]);
  });

  /** A person starts the program although it runs. */
  async function startAgain(app: ElectronApplication): Promise<void> {
    const first = app.process();
    const second = spawn(
      first.spawnfile,
      first.spawnargs.slice(1).filter((argument) => !/^--(inspect|remote-debugging)/.test(argument)),
      { env: { ...process.env, LONGTAKE_USER_DATA: profile }, stdio: 'ignore' },
    );
    expect(await once(second, 'exit')).toEqual([0, null]);
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
