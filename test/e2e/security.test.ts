import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { reading } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';

describe('the window as an attacker finds it', () => {
  let profile: string;
  let running: RunningApp;
  let outside: Server;
  let outsideUrl: string;
  const visits: string[] = [];

  beforeAll(async () => {
    outside = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.end('<html>outside</html>');
    });
    await new Promise<void>((listening) => {
      outside.listen(0, '127.0.0.1', listening);
    });
    outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.getByRole('button', { name: 'Record the test signal' }).waitFor();
  });
  afterAll(async () => {
    await running.quit();
    outside.close();
    await removeProfile(profile);
  });

  const windows = (): Promise<number> =>
    reading(() => running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length));

  it('has a sandboxed, isolated page without Node', async () => {
    const preferences = await reading(() =>
      running.app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        return (
          window?.webContents as { getLastWebPreferences?: () => unknown } | undefined
        )?.getLastWebPreferences?.();
      }),
    );
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    for (const name of ['allowRunningInsecureContent', 'experimentalFeatures', 'enableBlinkFeatures']) {
      expect((preferences as Readonly<Record<string, unknown>>)[name], name).toBeFalsy();
    }
    const found = await running.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
    );
    expect(found).toEqual([]);
  });

  it('runs no code but its own', async () => {
    const results = await running.page.evaluate(async () => {
      const ran = globalThis as { inlineRan?: boolean };
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.head.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'globalThis.inlineRan = true');
      image.src = 'nothing';
      document.body.append(image);
      await new Promise((answered) => {
        image.addEventListener('error', answered);
      });
      let evaluated = true;
      try {
        // Called by another name, for a page that did this in earnest would hide it, too.
        const run = globalThis.eval;
        run('1');
      } catch {
        evaluated = false;
      }
      image.remove();
      return { inline: ran.inlineRan === true, evaluated };
    });
    expect(results).toEqual({ inline: false, evaluated: false });
  });

  it('reaches neither files nor other addresses', async () => {
    const reached = await running.page.evaluate(async (url) => {
      const open: string[] = [];
      for (const address of ['file:///etc/passwd', `${url}/fetched`, 'longtake-app://studio/../../package.json']) {
        try {
          const answer = await fetch(address);
          if (answer.ok) open.push(address);
        } catch {
          // Refused, as it should be.
        }
      }
      return open;
    }, outsideUrl);
    expect(reached).toEqual([]);
    expect(visits).toEqual([]);
  });

  it('gets no microphone, camera, place or notification from the browser', async () => {
    const granted = await running.page.evaluate(async () => {
      const states: string[] = [];
      for (const name of ['microphone', 'camera', 'geolocation', 'notifications'] as const) {
        const { state } = await navigator.permissions.query({ name: name as PermissionName });
        if (state === 'granted') states.push(name);
      }
      try {
        await navigator.mediaDevices.getUserMedia({ audio: true });
        states.push('getUserMedia');
      } catch {
        // Refused, as it should be.
      }
      return states;
    });
    expect(granted).toEqual([]);
  });

  it('answers only requests of the contract, with input that fits', async () => {
    await expect(running.request('app.quit' as 'app.info', {})).rejects.toThrow('no such request');
    await expect(running.request('settings.update', { splitSeconds: 1 })).rejects.toThrow(/INVALID_INPUT.*5 seconds/);
    await expect(running.request('library.recording', { id: '../../etc/passwd' })).rejects.toThrow('INVALID_INPUT');
  });

  it('gives the page one object with two functions, and nothing of Electron', async () => {
    const given = await running.page.evaluate(() => {
      const bridge = (window as { longtake?: object }).longtake ?? {};
      return {
        keys: Object.keys(bridge),
        isFixed: Object.isFrozen(bridge) || !Reflect.set(window, 'longtake', {}),
        others: ['electron', 'ipcRenderer', 'electronAPI'].filter((name) => name in window),
      };
    });
    expect(given).toEqual({ keys: ['request', 'on'], isFixed: true, others: [] });
  });

  it('refuses its own page in any other window or frame, and what only commands may ask', async () => {
    const reply = await reading(() =>
      running.app.evaluate(async ({ BrowserWindow }, preload) => {
        const [own] = BrowserWindow.getAllWindows();
        const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        try {
          await other.loadURL(own?.webContents.getURL() ?? '');
          return (await other.webContents.executeJavaScript('window.longtake.request("settings.get", {})')) as unknown;
        } finally {
          other.destroy();
        }
      }, resolve('out/preload/index.cjs')),
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'NOT_ALLOWED' } });
    await expect(
      running.request('opening.file' as 'app.info', { path: '/etc/passwd' } as unknown as Record<string, never>),
    ).rejects.toThrow('NOT_ALLOWED');
  });

  it('embeds no page, by frame or by webview', async () => {
    const contents = await running.page.evaluate(async (url) => {
      const frame = document.createElement('iframe');
      frame.src = `${url}/framed`;
      const view = document.createElement('webview');
      view.setAttribute('src', `${url}/viewed`);
      document.body.append(frame, view);
      // Longer than a page of this computer takes: the second of two frames is drawn after the first has been asked for.
      await new Promise((drawn) => {
        requestAnimationFrame(() => requestAnimationFrame(drawn));
      });
      const isPlain = !('loadURL' in view);
      frame.remove();
      view.remove();
      return isPlain;
    }, outsideUrl);
    expect(contents).toBe(true);
    await running.request('settings.get', {});
    expect(visits).toEqual([]);
  });

  it('serves recordings by id, in ranges, and nothing else', async () => {
    await running.request('settings.update', { splitSeconds: 5 });
    await running.page.getByRole('button', { name: 'Record the test signal' }).click();
    const recording = await vi.waitFor(async () => {
      const { recordings } = await running.request('library.find', { filter: {}, offset: 0, limit: 50 });
      const finished = recordings.find(({ state }) => state === 'complete');
      if (!finished) throw new Error('There should be a finished recording.');
      return finished;
    }, 120_000);
    const get = (path: string, range?: string) =>
      running.page.evaluate(
        async ([address, wanted]) => {
          const answer = await fetch(
            `longtake-media://recording/${address}`,
            wanted === '' ? {} : { headers: { Range: wanted } },
          );
          const bytes = new Uint8Array(await answer.arrayBuffer());
          return {
            status: answer.status,
            length: answer.headers.get('content-length'),
            range: answer.headers.get('content-range'),
            size: bytes.length,
            start: String.fromCodePoint(...bytes.subarray(0, 4)),
          };
        },
        [path, range ?? ''] as const,
      );
    const { bytes, id } = recording;
    expect(await get(id)).toMatchObject({ status: 200, length: `${bytes}`, size: bytes, start: 'RIFF' });
    expect(await get(id, 'bytes=8-11')).toEqual({
      status: 206,
      length: '4',
      range: `bytes 8-11/${bytes}`,
      size: 4,
      start: 'WAVE',
    });
    expect(await get(id, `bytes=${bytes}-`)).toMatchObject({ status: 416, range: `bytes */${bytes}` });
    for (const path of ['..%2F..%2Fetc%2Fpasswd', '00000000-0000-4000-8000-000000000000', `${id}/../../x`, '%00']) {
      expect((await get(path)).status, path).toBeGreaterThanOrEqual(400);
    }
  });

  // The last one: the driver goes on waiting for the navigation that was refused.
  it('opens no window and goes nowhere', async () => {
    const before = running.page.url();
    await running.page.evaluate((url) => {
      window.open(`${url}/opened`);
      const link = document.createElement('a');
      link.href = `${url}/followed`;
      document.body.append(link);
      link.click();
      link.target = '_blank';
      link.click();
      link.remove();
      location.href = `${url}/gone`;
    }, outsideUrl);
    // A request that the studio answers afterwards shows that the page is still there.
    await running.request('settings.get', {});
    expect(running.page.url()).toBe(before);
    expect(await windows()).toBe(1);
    expect(visits).toEqual([]);
  });
});
