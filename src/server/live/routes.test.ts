import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../../test/support/codedAudio.ts';
import { toneWav } from '../../../test/support/serverRecording.ts';
import { type Answer, startTestServer, type TestServer } from '../../../test/support/testServer.ts';

let folder: string;
let server: TestServer;
let audio: Buffer;
let now = Date.parse('2026-03-01T12:00:00Z');
/** What a request looks like that brings no token. */
const nobody = { headers: { authorization: '' } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-live-routes-'));
  const path = join(folder, 'audio.mp3');
  await tool('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:d=10', '-b:a', '64k', path]);
  audio = await readFile(path);
  server = await startTestServer(folder, {}, { now: () => now });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function session(): Promise<{ readonly id: string; readonly link: string }> {
  const { body } = await server.json('POST', '/upload/session', { mime_type: 'audio/mpeg' });
  return { id: String(body['session_id']), link: String(body['live_url']).replace(server.url, '') };
}

const addresses = ({ text }: Answer): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the live playlist', () => {
  it('grows while chunks come, for its owner and who has the link', async () => {
    const { id, link } = await session();
    await server.chunk(id, 1, audio.subarray(0, audio.length / 2));
    const own = await server.request('GET', `/live/${id}/index.m3u8`);
    expect(own).toMatchObject({ status: 200 });
    expect(own.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/vnd.apple.mpegurl' });
    expect(own.text).toMatch(/^#EXTM3U\n#EXT-X-VERSION:7\n/);

    const shared = await server.request('GET', link, nobody);
    expect(shared.headers['access-control-allow-origin']).toBe('*');
    const [first = ''] = addresses(shared);
    const segment = await server.request('GET', `/live/${id}/${first}`, nobody);
    expect(segment).toMatchObject({ status: 200, headers: { 'content-type': 'audio/mpeg' } });
    expect(addresses(own)[0]).toBe(first.slice(0, first.indexOf('?')));

    await server.chunk(id, 2, audio.subarray(audio.length / 2));
    await expect
      .poll(async () => addresses(await server.request('GET', link, nobody)).length)
      .toBeGreaterThan(addresses(shared).length);
  });

  it('becomes that of the whole recording, also when its chunks go while it is made', async () => {
    const { body } = await server.json('POST', '/upload/session', { mime_type: 'audio/wav' });
    const id = String(body['session_id']);
    const playlist = async (): Promise<string> => (await server.request('GET', `/live/${id}/index.m3u8`)).text;
    await server.chunk(id, 1, toneWav(30));
    const live = await playlist();
    await server.json('POST', `/upload/session/${id}/finalize`, { chunk_count: 1 });
    await expect.poll(playlist).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD\n[\s\S]*#EXT-X-ENDLIST\n$/);
    const whole = await playlist();
    expect(whole.slice(whole.indexOf('#EXT-X-IND'))).toContain(live.slice(live.indexOf('#EXT-X-IND')));
    const seconds = [...whole.matchAll(/#EXTINF:([\d.]+),/g)].reduce((sum, [, length]) => sum + Number(length), 0);
    expect(Math.abs(seconds - 30)).toBeLessThan(0.2);
  });

  it('is for nobody else', async () => {
    const { id, link } = await session();
    const other = { headers: { authorization: `Bearer ${await server.addUser(`${id}@example.org`)}` } };
    expect((await server.request('GET', `/live/${id}/index.m3u8`, nobody)).status).toBe(302);
    expect((await server.request('GET', `/live/${id}/index.m3u8`, other)).status).toBe(404);
    const another = await session();
    expect((await server.request('GET', link.replace(id, another.id), nobody)).status).toBe(403);
    expect((await server.request('GET', `${link}x`, nobody)).status).toBe(403);
    expect((await server.request('GET', `/live/..%2f${id}/index.m3u8`, nobody)).status).toBe(404);
    now += 40 * 3_600_000;
    expect((await server.request('GET', link, nobody)).status).toBe(403);
  });

  it('goes with its session', async () => {
    const { id, link } = await session();
    await server.chunk(id, 1, audio);
    expect(addresses(await server.request('GET', link, nobody)).length).toBeGreaterThan(0);
    await server.request('DELETE', `/upload/session/${id}`);
    expect((await server.request('GET', link, nobody)).status).toBe(404);
  });
});
