import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LongtakeBridge } from '../../src/shared/contract/bridge.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
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
/** The program promises to end within this time, ms; the rest is for the machine. */
const END_MS = 5_000;

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

  it('gives the page the contract and nothing else', async () => {
    const seen = await running.page.evaluate(() => ({
      bridge: Object.keys((window as { longtake?: object }).longtake ?? {}).toSorted(),
      node: [
        typeof Reflect.get(window, 'require'),
        typeof Reflect.get(window, 'process'),
        typeof Reflect.get(window, 'module'),
      ],
    }));
    expect(seen).toEqual({ bridge: ['on', 'request'], node: ['undefined', 'undefined', 'undefined'] });
    const preferences = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  it('refuses names and inputs that the contract does not have', async () => {
    await expect(running.request('sources.arm', { ids: ['../../etc/passwd'] })).rejects.toThrow(/INVALID_INPUT/);
    const unknown = await running.page.evaluate(async () => {
      const bridge = (window as { longtake?: LongtakeBridge }).longtake;
      const request = bridge?.request as ((name: string, input: unknown) => Promise<unknown>) | undefined;
      return Promise.resolve(request?.('shell.open', {})).catch((error: unknown) => String(error));
    });
    expect(unknown).toContain('There is no such request');
  });

  it('keeps the page from running foreign code, reaching the network and leaving', async () => {
    const tried = await running.page.evaluate(async () => {
      const outcome = (attempt: Promise<unknown>): Promise<string> =>
        attempt.then(
          () => 'allowed',
          () => 'refused',
        );
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      const frame = document.createElement('iframe');
      frame.src = window.location.href;
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      const results = {
        inline: Reflect.get(window, 'injected') === undefined ? 'refused' : 'allowed',
        // The code under test is the policy that refuses this.
        eval: await outcome(Promise.resolve().then(() => new Function('return 1')())),
        network: await outcome(fetch('https://example.org/')),
        loopback: await outcome(fetch('http://127.0.0.1:9/')),
        files: await outcome(fetch('file:///etc/passwd')),
        frame: await outcome(Promise.resolve().then(() => frame.contentWindow?.document.body.innerHTML)),
        window: window.open('https://example.org/') === null ? 'refused' : 'allowed',
        geolocation:
          (await navigator.permissions.query({ name: 'geolocation' })).state === 'denied' ? 'refused' : 'allowed',
        notifications: (await Notification.requestPermission()) === 'denied' ? 'refused' : 'allowed',
        microphone: await outcome(navigator.mediaDevices.getUserMedia({ audio: true })),
      };
      frame.remove();
      script.remove();
      return results;
    });
    expect(Object.entries(tried).filter(([, result]) => result !== 'refused')).toEqual([]);

    const before = running.page.url();
    await running.page.evaluate(() => {
      window.location.href = 'https://example.org/';
    });
    // A second round trip: by its answer, the navigation would have begun.
    expect(await running.page.evaluate(() => window.location.href)).toBe(before);
    expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('serves a recording by its id, whole and in ranges, and lets a player seek in it', async () => {
    await expect
      .poll(async () => (await recordings()).filter(({ state }) => state !== 'recording').length, { timeout: 30_000 })
      .toBeGreaterThan(1);
    const recording = (await recordings()).find(({ state }) => state !== 'recording');
    if (!recording) throw new Error('No recording is finished.');
    const got = await running.page.evaluate(async (id) => {
      const url = `longtake-media://recording/${id}`;
      const ask = async (init?: RequestInit) => {
        const response = await fetch(url, init);
        return [response.status, response.headers.get('content-range'), (await response.arrayBuffer()).byteLength];
      };
      const audio = new Audio(url);
      const heard = new Promise<number>((resolve, reject) => {
        audio.addEventListener('seeked', () => resolve(audio.currentTime), { once: true });
        audio.addEventListener('error', () => reject(new Error(audio.error?.message)), { once: true });
        audio.addEventListener('loadedmetadata', () => (audio.currentTime = audio.duration - 0.25), { once: true });
      });
      return {
        whole: await ask(),
        range: await ask({ headers: { range: 'bytes=100-199' } }),
        behind: await ask({ headers: { range: 'bytes=999999999-' } }),
        missing: (await fetch('longtake-media://recording/00000000-0000-4000-8000-000000000000')).status,
        path: (await fetch('longtake-media://recording/%2Fetc%2Fpasswd')).status,
        seekedTo: (await heard) / audio.duration,
      };
    }, recording.id);
    expect(got).toMatchObject({
      whole: [200, null, recording.bytes],
      range: [206, `bytes 100-199/${recording.bytes}`, 100],
      behind: [416, `bytes */${recording.bytes}`, 0],
      missing: 404,
      path: 404,
    });
    expect(got.seekedTo).toBeGreaterThan(0.8);
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
      running.app.evaluate(
        ({ BrowserWindow }, source) =>
          BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(source) as unknown,
        code,
      );
    const pid = () =>
      running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
    const crashed = await pid();
    if (!crashed) throw new Error('The page has no process.');
    process.kill(crashed, 'SIGKILL');
    await expect.poll(async () => ![0, crashed].includes((await pid()) ?? 0), { timeout: 15_000 }).toBe(true);
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
    const askedAt = performance.now();
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - askedAt).toBeLessThan(END_MS);

    running = await RunningApp.launch(profile);
    const [last] = (await recordings()).filter(({ state }) => state !== 'recording');
    if (!last) throw new Error('Nothing was recorded.');
    // Closed, not mended afterwards.
    expect(last.state).toBe('complete');
    const { duration } = await probe(`${last.root}/${last.path}`);
    expect(duration).toBeGreaterThan(0);
  });
});
