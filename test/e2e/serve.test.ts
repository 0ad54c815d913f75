import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SourceConfig } from '../../src/shared/domain/source.ts';
import { sourceId } from '../../src/shared/units.ts';
import { DEFAULT_ALARM_SETTINGS } from '../../src/shared/domain/alarm.ts';
import { Browser } from '../support/browser.ts';
import { ServeProcess } from '../support/serveProcess.ts';
import { WebhookReceiver } from '../support/webhookReceiver.ts';

const TOKEN = 'a-token-for-the-tests';
const hut: SourceConfig = {
  id: sourceId('1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d'),
  name: 'Hut',
  kind: 'generator',
  programme: 'tone',
  seed: 1,
  sampleRate: 16_000,
  bitDepth: 16,
  channels: 1,
};

/** Keeps what it is told, in the profile. */
const script = {
  program: process.execPath,
  args: ['-e', `process.stdin.on('data', (piece) => require('fs').appendFileSync('told', piece))`],
  events: ['opened', 'closed'],
};

let receiver: WebhookReceiver;
let serve: ServeProcess;
let browser: Browser;
beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  [serve, browser] = await Promise.all([
    ServeProcess.start({
      sources: [hut],
      settings: {
        splitSeconds: 86_400,
        alarms: { ...DEFAULT_ALARM_SETTINGS, webhookUrl: receiver.url },
        hooks: { webhook: ['closed'] },
      },
      files: { 'hooks.json': JSON.stringify({ script }) },
      env: { LONGTAKE_API_TOKEN: TOKEN },
    }),
    Browser.launch(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await serve.remove();
  await receiver.leave();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it is: nothing in its path or its headers is put right. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
  const { hostname, port } = new URL(serve.url);
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString(),
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const api = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

/** Of a log-in that no test ends. */
let lasting: Promise<string> | undefined;
const cookieOf = (): Promise<string> => (lasting ??= logIn());

async function logIn(): Promise<string> {
  const answer = await ask('/login', form, 'POST', `password=${serve.password}`);
  expect(answer.status).toBe(303);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

/** The code that a socket was closed with, or the status that refused it. */
function openSocket(headers: Record<string, string>, message?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${serve.url.replace('http', 'ws')}/socket`, { headers });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    socket.on('error', () => undefined);
    socket.on('open', () => {
      if (message !== undefined) socket.send(message);
    });
    socket.on('message', () => {
      socket.close();
      resolve(0);
    });
    socket.on('close', (code) => resolve(code));
  });
}

const status = async (): Promise<string> => (await ask('/api/v1/status', api)).text;

describe('longtake serve in a browser', () => {
  it('asks for the password, and shows the studio', async () => {
    const { page } = browser;
    await page.goto(serve.url);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This is not the password.').waitFor();
    expect(await browser.violations()).toEqual([]);
    browser.complaints.length = 0;
    await page.getByLabel('Password').fill(serve.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Record all sources' }).waitFor();
    expect(await browser.violations()).toEqual([]);
  });

  it('records, shows meters and is red only while a source is armed and not recorded', async () => {
    const { page } = browser;
    expect((await ask('/health')).status).toBe(200);
    await page.getByRole('button', { name: 'Record all sources' }).click();
    await page.getByRole('heading', { name: 'Recording 1 source' }).waitFor();
    // A meter that moves has come over the socket.
    await expect
      .poll(() => page.getByRole('meter').first().getAttribute('aria-valuenow').then(Number))
      .toBeGreaterThan(-60);
    const health = async (): Promise<unknown> => JSON.parse((await ask('/health')).text);
    await expect.poll(health).toMatchObject({ status: 'ok', sources: [{ source: 'Hut', ok: true }] });
    await expect.poll(async () => (await ask('/metrics')).text).toContain('longtake_source_capturing{source="Hut"} 1');
    await expect
      .poll(async () => /"durationMs":(\d+)/.exec(await status())?.[1] ?? '0')
      .toMatch(/^[3-9]\d{3}$|^\d{5,}$/);
    await browser.screenshot('serve-recording');
    const stopped = await ask('/api/v1/stop', api, 'POST', '{"sources":["Hut"]}');
    expect(JSON.parse(stopped.text)).toMatchObject({ sources: [{ name: 'Hut', state: 'disarmed' }] });
    await page.getByRole('heading', { name: 'Not recording' }).waitFor();
    const told = () => readFile(`${serve.profile}/told`, 'utf8').catch(() => '');
    // Two runs of the script at a time: the first may be late.
    for (const type of ['opened', 'closed']) await expect.poll(told).toContain(`"type":"${type}"`);
    await expect
      .poll(() => receiver.messages.map(({ body }) => (JSON.parse(body) as { type: string }).type))
      .toEqual(['closed']);
  });

  it('plays over HTTP with ranges, cuts and downloads', async () => {
    const { page } = browser;
    // The last line of the list: it moves no more.
    await page.getByText('Recording ended.').first().waitFor();
    await page.getByRole('row').filter({ hasText: 'TEST SIGNAL' }).first().click();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Player' }).getByText('Hut').first().waitFor();
    const media = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .find((name) => name.includes('/media/')),
      );
    await expect.poll(media).toContain('/media/');
    const cookie = await logIn();
    const path = new URL((await media()) ?? '').pathname;
    const part = await ask(path, { cookie, range: 'bytes=0-3' });
    expect(part).toMatchObject({ status: 206, text: 'RIFF' });
    await browser.screenshot('serve-player');
    expect(await browser.violations()).toEqual([]);

    await page.keyboard.press('c');
    await expect.poll(async () => (await browser.downloads())[0]?.state).toBe('completed');
    const [cut] = await browser.downloads();
    expect((await readFile(cut?.path ?? '')).toString('latin1', 0, 4)).toBe('RIFF');
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await browser.screenshot('serve-download');
    expect(browser.complaints).toEqual([]);
  });

  it('takes typed paths for a folder, checks them, and says what only a window has', async () => {
    const { page } = browser;
    await page.getByRole('button', { name: /^Settings/ }).click();
    const search = page.getByRole('searchbox', { name: /settings/i });
    await search.fill('recordings folder');
    await page.getByRole('textbox', { name: 'Recordings folder' }).fill('somewhere');
    await page.getByRole('button', { name: 'Use this folder' }).click();
    await page.getByText('Enter the whole path').first().waitFor();
    await search.fill('HTTP API');
    await page
      .getByRole('button', { name: 'Make a token' })
      .or(page.getByRole('button', { name: 'New token' }))
      .click();
    await page.getByText('Shown this once').waitFor();
    const token = (await page.locator('code').filter({ hasText: /^lt_/ }).textContent()) ?? '';
    expect((await ask('/api/v1/status', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await ask('/api/v1/start', { authorization: `Bearer ${token}` })).status).toBe(404);
    await search.fill('');
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByText(`It is kept in ${join(serve.profile, 'logs')}.`).waitFor();
    await page.getByRole('list', { name: 'Lines of the log' }).getByText('The studio runs.').waitFor();
    await browser.screenshot('serve-settings');
    expect(await browser.violations()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  });

  it('shows the password again when the log-in is ended everywhere', async () => {
    const { page } = browser;
    const cookie = await logIn();
    const origin = serve.url;
    expect((await ask('/logout?everywhere', { cookie, origin }, 'POST')).status).toBe(204);
    // The page hears of it with its next request.
    await page.getByLabel('Password').waitFor();
    expect((await ask('/', { cookie })).headers['location']).toBe('/login');
    expect(await openSocket({ cookie, origin })).toBe(401);
  });
});

describe('attacks on longtake serve', () => {
  it('from other pages are refused, on HTTP and on the socket', async () => {
    const cookie = await cookieOf();
    const origin = serve.url;
    const evil = 'http://evil.example';
    const hello = JSON.stringify({ id: 1, request: 'app.info', input: {} });
    expect(await openSocket({ cookie, origin }, hello)).toBe(0);
    expect(await openSocket({ cookie, origin: evil }, hello)).toBe(403);
    expect(await openSocket({ cookie }, hello)).toBe(403);
    // A name that was made to lead here.
    expect(await openSocket({ cookie, origin: evil, host: 'evil.example' }, hello)).toBe(403);
    expect(await openSocket({ origin }, hello)).toBe(401);
    expect((await ask('/', { cookie, host: 'evil.example' })).status).toBe(403);
    expect((await ask('/', { cookie, origin: evil })).status).toBe(403);
    expect((await ask('/logout', { cookie, origin: evil }, 'POST')).status).toBe(403);
    expect((await ask('/logout', { cookie }, 'POST')).status).toBe(401);
    expect((await ask('/login', { ...form, origin: 'null' }, 'POST', `password=${serve.password}`)).status).toBe(403);
    expect((await ask('/media/recording/x', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask('/', { cookie })).status).toBe(200);
  });

  it('with paths lead nowhere', async () => {
    const cookie = await cookieOf();
    for (const path of [
      '/../../../etc/passwd',
      '/assets/../../package.json',
      '/%2e%2e/%2e%2e/package.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/..%5c..%5cpackage.json',
      '/index.html%00.js',
      '//etc/passwd',
      '/media/../../../etc/passwd',
      '/media/recording/..%2f..%2f..%2fetc%2fpasswd',
      '/download/recording/..%2f..%2fsettings.json',
      '/download/export/..%2f..',
      '/download/ready/%00',
    ]) {
      const answer = await ask(path, { cookie });
      expect([400, 404], `${path} ${answer.text.slice(0, 100)}`).toContain(answer.status);
      expect(answer.text).not.toContain('root:');
    }
  });

  it('with messages that are too large, or none of ours, end the connection alone', async () => {
    const cookie = await cookieOf();
    const origin = serve.url;
    const large = JSON.stringify({ id: 1, request: 'app.info', input: 'x'.repeat(2_000_000) });
    expect(await openSocket({ cookie, origin }, large)).toBe(1009);
    expect(await openSocket({ cookie, origin }, 'no JSON')).toBe(1008);
    expect(await openSocket({ cookie, origin }, '{"id":1}')).toBe(1008);
    const huge = await ask('/login', form, 'POST', `password=${'x'.repeat(100_000)}`);
    expect(huge.status).toBe(413);
    // What only a command of this computer may ask for.
    const local = { id: 1, request: 'exports.startAt', input: {} };
    expect(await openSocket({ cookie, origin }, JSON.stringify(local))).toBe(0);
    expect((await ask('/', { cookie })).status).toBe(200);
  });

  it('with stale or invented cookies and tokens get in nowhere', async () => {
    const cookie = await logIn();
    const origin = serve.url;
    expect((await ask('/logout', { cookie, origin }, 'POST')).status).toBe(204);
    for (const stale of [cookie, 'longtake_session=x', `longtake_session=${'x'.repeat(5000)}`, '']) {
      expect((await ask('/', { cookie: stale })).status).toBe(303);
      expect((await ask('/index.html', { cookie: stale })).status).toBe(401);
      expect((await ask('/media/recording/x', { cookie: stale })).status).toBe(401);
      expect(await openSocket({ cookie: stale, origin })).toBe(401);
    }
    expect((await ask('/api/v1/status', { authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
    // The log-in of a browser is none for programs, which no page could be told from.
    expect((await ask('/api/v1/status', { cookie: await cookieOf() })).status).toBe(401);
  });

  it('by many passwords are slowed down', async () => {
    const tried = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask('/login', form, 'POST', `password=guess${index}`)),
    );
    const statuses = tried.map((answer) => answer.status);
    expect(new Set(statuses).size).toBeGreaterThan(0);
    // A minute may end while they are tried, and another one begin.
    expect(statuses.filter((one) => one === 401).length).toBeLessThanOrEqual(20);
    expect(statuses.filter((one) => one === 429).length).toBeGreaterThanOrEqual(10);
    expect(await status()).toContain('"healthy":true');
  });

  it('leave no password behind, and the studio ends in order', async () => {
    const kept = await readFile(`${serve.profile}/web.json`, 'utf8');
    expect(kept).toContain('scrypt$');
    expect(kept).not.toContain(serve.password);
    expect(await readFile(`${serve.profile}/logs/longtake.log`, 'utf8')).not.toContain(serve.password);
    expect(await serve.stop()).toBe(0);
  });
});
