import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { reading } from '../support/desktopRig.ts';
import { longtake } from '../support/command.ts';
import { RunningApp, makeProfile, removeProfile } from '../support/electron.ts';
import { probe } from '../support/ffmpeg.ts';

const GENERATOR = {
  kind: 'generator',
  name: 'Signal',
  programme: 'mixed',
  seed: 7,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 1,
} as const;

describe('the shell in Electron', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.request('settings.update', { splitSeconds: 5 });
    const { config } = await running.request('sources.add', GENERATOR);
    await running.request('sources.arm', { ids: [config.id] });
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  async function recordings(): Promise<readonly Recording[]> {
    const [day] = await running.request('library.days', { limit: 1 });
    if (!day) return [];
    return (await running.request('library.recordings', { day: day.day, offset: 0, limit: 500 })).recordings;
  }

  it('is asked by commands, and shares its profile with nobody', async () => {
    const asked = await longtake(['status', '--json'], { cwd: profile, profile });
    expect(asked.objects().slice(0, 2)).toMatchObject([
      { type: 'studio', running: true, kind: 'desktop' },
      { type: 'source', name: 'Signal' },
    ]);
    await longtake(['sources', 'add', 'signal', '--name', 'From a terminal'], { cwd: profile, profile });
    await expect.poll(() => running.page.getByText('From a terminal').count()).toBeGreaterThan(0);
    const refused = await longtake(['record', '--all'], { cwd: profile, profile });
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('Longtake runs already') });
    expect((await longtake(['sources', 'remove', 'From a'], { cwd: profile, profile })).code).toBe(0);
  });

  it('lets a player seek in a recording', async () => {
    const finished = async () => (await recordings()).filter(({ state }) => state !== 'recording');
    await expect.poll(async () => (await finished()).length).toBeGreaterThan(1);
    const [recording] = await finished();
    const position = await running.page.evaluate(async (id) => {
      const audio = new Audio(`longtake-media://recording/${id}`);
      await new Promise((resolve, reject) => {
        audio.addEventListener('error', () => reject(new Error(audio.error?.message)), { once: true });
        audio.addEventListener('loadedmetadata', resolve, { once: true });
      });
      const seeked = new Promise((resolve) => {
        audio.addEventListener('seeked', resolve, { once: true });
      });
      audio.currentTime = audio.duration * 0.75;
      await seeked;
      return audio.currentTime / audio.duration;
    }, recording?.id);
    expect(position).toBeCloseTo(0.75, 2);
  });

  it('brings the first window to the front instead of starting twice', async () => {
    const first = running.app.process();
    const second = spawn(
      first.spawnfile,
      first.spawnargs.slice(1).filter((argument) => !/^--(inspect|remote-debugging)/.test(argument)),
      {
        env: { ...process.env, LONGTAKE_USER_DATA: profile },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let printed = '';
    second.stdout.on('data', (data: Buffer) => (printed += data.toString()));
    const [code] = (await once(second, 'close')) as [number];
    expect(printed).toContain('running already');
    expect(code).toBe(0);
    expect(first.exitCode).toBeNull();
  });

  it('loads the page again when it crashes, and goes on recording', async () => {
    const before = (await recordings())[0];
    const inPage = (code: string) =>
      reading(() =>
        running.app.evaluate(
          ({ BrowserWindow }, source) =>
            BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(source) as unknown,
          code,
        ),
      );
    const pid = () =>
      reading(() =>
        running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId()),
      );
    const crashed = await pid();
    if (!crashed) throw new Error('The page has no process.');
    process.kill(crashed, 'SIGKILL');
    await expect.poll(async () => ![0, crashed].includes((await pid()) ?? 0)).toBe(true);
    const state = `new Promise((resolve) => {
      const ask = () => window.longtake ? window.longtake.request('sources.list', {}).then((reply) => resolve(reply.value[0].status)) : setTimeout(ask, 10);
      ask();
    })`;
    const status = (await inPage(state)) as { readonly state: string; readonly since: number };
    expect(status.state).toBe('recording');
    expect(status.since).toBeLessThanOrEqual(before?.startedAt ?? 0);
  });

  it('closes its files and ends with code 0 when it is asked to by a signal', async () => {
    const child = running.app.process();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);

    running = await RunningApp.launch(profile);
    const [last] = (await recordings()).filter(({ state }) => state !== 'recording');
    if (!last) throw new Error('Nothing was recorded.');
    // Closed, not mended afterwards.
    expect(last.state).toBe('complete');
    const { duration } = await probe(`${last.root}/${last.path}`);
    expect(duration).toBeGreaterThan(0);
  });
});
