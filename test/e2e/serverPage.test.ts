import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { tool } from '../support/codedAudio.ts';
import { startTestServer, type TestServer } from '../support/testServer.ts';

const PASSWORD = 'a long enough one';
const SECONDS = 24;
const CHUNKS = 6;

let folder: string;
let server: TestServer;
let browser: Browser;
/** AAC in fragments, in slices as a client sends them. */
let chunks: readonly Buffer[];
let session = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-server-page-'));
  const path = join(folder, 'audio.mp4');
  const input = ['-f', 'lavfi', '-i', `sine=440:d=${SECONDS}`, '-c:a', 'aac', '-b:a', '96k'];
  const fragments = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '500000'];
  await tool('ffmpeg', ['-v', 'error', ...input, ...fragments, path]);
  const audio = await readFile(path);
  const size = Math.ceil(audio.length / CHUNKS);
  chunks = Array.from({ length: CHUNKS }, (_, index) => audio.subarray(index * size, (index + 1) * size));
  [server, browser] = await Promise.all([startTestServer(join(folder, 'data')), Browser.launch()]);
  await server.server.users.setPassword(await server.server.users.byEmail('admin@localhost'), PASSWORD);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function send(from: number, to: number): Promise<void> {
  for (const [index, chunk] of chunks.entries()) {
    if (index + 1 >= from && index + 1 <= to) {
      expect((await server.chunk(session, index + 1, chunk)).status).toBe(204);
    }
  }
}

const text = (selector: string) => async (): Promise<string> =>
  (await browser.page.locator(selector).first().textContent()) ?? '';
/** Of the player, s. */
const position = () => browser.page.locator('#player audio').evaluate((audio: HTMLAudioElement) => audio.currentTime);

/** As its style has it: nothing of it would be there without. */
const looks = () =>
  browser.page.evaluate(() => {
    const shades: Readonly<Record<string, string>> = { 'rgb(251, 251, 252)': 'light', 'rgb(22, 24, 28)': 'dark' };
    return shades[getComputedStyle(document.body).backgroundColor];
  });

async function expectAccessible(screen: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['dark', 1000],
    ['light', 320],
  ] as const) {
    await browser.page.emulateMedia({ colorScheme });
    await browser.page.setViewportSize({ width, height: 800 });
    expect(await looks()).toBe(colorScheme);
    await browser.screenshot(`server-${screen}-${colorScheme}-${width}`);
    expect(await browser.violations(), `${screen}, ${colorScheme}, ${width} px`).toEqual([]);
  }
  await browser.page.setViewportSize({ width: 1000, height: 800 });
}

async function logIn(): Promise<void> {
  const { page } = browser;
  await page.getByLabel('E-mail').fill('admin@localhost');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('#lists').waitFor();
}

describe('the page of the server', () => {
  it('lets in by password alone', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/`);
    expect(page.url()).toBe(`${server.url}/login`);
    await page.getByLabel('E-mail').fill('admin@localhost');
    await page.getByLabel('Password').fill('guessed wrong');
    await page.keyboard.press('Enter');
    await expect.poll(text('[role=alert]')).toMatch(/Nobody has this/);
    await expectAccessible('login');
    await logIn();
    await expect.poll(text('#live')).toMatch(/Nothing is being received/);
    await expect.poll(() => text('#recordings')()).toMatch(/No recordings yet/);
    await expectAccessible('empty');
  });

  it('shows a session while it is received, and plays it while chunks arrive', async () => {
    session = await server.open({ mime_type: 'audio/mp4', title: 'Dawn <chorus> & rain', source: 'Hut microphone' });
    await send(1, 1);
    const { page } = browser;
    await expect.poll(text('#live h3')).toBe('Dawn <chorus> & rain');
    // What comes after the page has seen it first has a speed.
    await send(2, 3);
    await expect.poll(text('#live .facts')).toMatch(/Recording.*since.*kB/s);
    await page.getByRole('button', { name: /^Listen to/ }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(position).toBeGreaterThan(1);
    const half = (SECONDS * 3) / CHUNKS;
    await send(4, 5);
    await expect.poll(position).toBeGreaterThan(half + 1);
    await server.json('POST', `/upload/session/${session}/heartbeat`, { state: 'paused' });
    await expect.poll(text('#live .state')).toBe('Paused');
    await expectAccessible('live');
  });

  it('lets whoever has the link listen in their browser', async () => {
    const { page } = browser;
    const link = String(await page.getByRole('button', { name: /^Copy a link/ }).getAttribute('data-link'));
    await page.context().clearCookies();
    await page.goto(link);
    await expect.poll(() => text('h1')()).toBe('Dawn <chorus> & rain');
    await page.getByRole('button', { name: 'Listen' }).click();
    await expect.poll(position).toBeGreaterThan(1);
    await expectAccessible('listen');
    await page.goto(`${server.url}/login`);
    await logIn();
  });

  it('plays the whole once it is finished, as a list and as a file', async () => {
    const { page } = browser;
    await send(6, CHUNKS);
    await server.json('POST', `/upload/session/${session}/finalize`, { chunk_count: CHUNKS });
    await expect.poll(text('#recordings h3')).toBe('Dawn <chorus> & rain');
    await expect.poll(text('#recordings .actions')).toMatch(/Play/);
    await page.getByRole('button', { name: /^Play/ }).click();
    await expect.poll(position).toBeGreaterThan(0.2);
    await page.locator('#player audio').evaluate((audio: HTMLAudioElement) => (audio.currentTime = 20));
    await expect.poll(position).toBeGreaterThan(20.2);

    const playlist = `/live/${session}/index.m3u8`;
    const listed = async () => (await server.request('GET', playlist)).text;
    await expect.poll(listed).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD\n[\s\S]*#EXT-X-ENDLIST\n$/);
    await page.addScriptTag({ url: '/assets/hls.js' });
    const ended = await page.evaluate(async (address) => {
      const { Hls } = window as unknown as {
        Hls: new (options: object) => { loadSource(from: string): void; attachMedia(to: HTMLMediaElement): void };
      };
      const player = new Hls({ enableWorker: false });
      const audio = document.createElement('audio');
      player.loadSource(address);
      player.attachMedia(audio);
      await audio.play();
      const length = audio.duration;
      audio.currentTime = length - 0.5;
      await new Promise((resolve) => audio.addEventListener('ended', resolve, { once: true }));
      return length;
    }, playlist);
    expect(Math.abs(ended - SECONDS)).toBeLessThan(0.2);
  });

  it('deletes after a question, and says what is left', async () => {
    const { page } = browser;
    await expectAccessible('recordings');
    await page.getByRole('button', { name: /^Delete Dawn/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await expectAccessible('question');
    await page.getByRole('button', { name: 'Keep it' }).click();
    await expect.poll(() => text('#recordings h3')()).toMatch(/^Dawn/);
    await page.getByRole('button', { name: /^Delete Dawn/ }).click();
    await page.getByRole('button', { name: 'Delete recording' }).click();
    await expect.poll(text('#recordings')).toMatch(/No recordings yet/);
    await page.getByRole('button', { name: 'Log out' }).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/login`);
    expect(browser.complaints).toEqual([]);
  });
});
