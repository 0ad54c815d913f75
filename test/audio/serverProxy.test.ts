import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toneWav } from '../support/serverRecording.ts';
import { startTestServer, type TestServer } from '../support/testServer.ts';
import { HOST, isInstalled, WebServer, type WebServerKind } from '../support/webServer.ts';

const MIB = 1024 * 1024;

/** nginx is there in every run; the others where somebody installed them. */
const kinds = (['nginx', 'caddy', 'apache'] as const).filter((kind) => kind === 'nginx' || isInstalled(kind));

describe.each(kinds)('behind %s, set up as the README says', (kind: WebServerKind) => {
  let folder: string;
  let server: TestServer;
  let proxy: WebServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-proxied-'));
    server = await startTestServer(folder, { LONGTAKE_SERVER_TRUST_PROXY: '127.0.0.1' });
    proxy = await WebServer.start(kind, server.url);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(method: 'GET' | 'POST', path: string, body?: Buffer | string | Readable, more = {}) {
    const headers = { authorization: `Bearer ${server.token}`, ...more };
    const answer = await request(`${proxy.url}${path}`, {
      method,
      headers,
      dispatcher: proxy.agent,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }
  const json = { 'content-type': 'application/json' };
  const bytes = { 'content-type': 'application/octet-stream' };

  async function open(mimeType: string) {
    const opened = await ask('POST', '/upload/session', JSON.stringify({ mime_type: mimeType }), json);
    return JSON.parse(opened.text) as { readonly session_id: string; readonly live_url: string };
  }

  test('chunks of every size get through, while they come', async () => {
    const { session_id: id, live_url: link } = await open('audio/wav');
    expect(link).toMatch(new RegExp(`^${proxy.url}/live/${id}/`));
    const large = randomBytes(16 * MIB);
    const digest = createHash('sha256').update(large).digest('base64');
    const stored = await ask('POST', `/upload/session/${id}/chunks/1`, large, {
      ...bytes,
      'content-digest': `sha-256=:${digest}:`,
    });
    expect(stored.status).toBe(204);

    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    async function* slowly(): AsyncGenerator<Buffer> {
      yield randomBytes(MIB);
      await finished;
      yield randomBytes(MIB);
    }
    const sent = ask('POST', `/upload/session/${id}/chunks/2`, Readable.from(slowly()), bytes);
    // The server has begun to store what is not there as a whole.
    const parts = async () => (await readdir(join(folder, '_sessions', id))).filter((name) => name.endsWith('.part'));
    await expect.poll(parts).toHaveLength(1);
    finish();
    expect((await sent).status).toBe(204);
  });

  test('a recording is heard live, then read by ranges', async () => {
    const { session_id: id, live_url: link } = await open('audio/wav');
    const wav = toneWav(8);
    await ask('POST', `/upload/session/${id}/chunks/1`, wav, bytes);
    const listen = () => ask('GET', link.slice(proxy.url.length), undefined, { authorization: '' });
    const live = async () => (await listen()).text.split('\n').filter((line) => line.startsWith('segment_')).length;
    await expect.poll(live).toBeGreaterThan(0);
    expect((await listen()).headers['cache-control']).toBe('no-store');
    const finalized = await ask('POST', `/upload/session/${id}/finalize`, '{"chunk_count":1}', json);
    const path = `/api/v1/recordings/${String((JSON.parse(finalized.text) as { recording_id: number }).recording_id)}`;
    const ready = async () => (await ask('GET', `${path}/status`)).text;
    await expect.poll(ready).toMatch(/COMPLETED/);
    const part = await ask('GET', `${path}/download`, undefined, { range: 'bytes=44-143' });
    expect(part.status).toBe(206);
    expect(part.headers['content-length']).toBe('100');
    expect(Buffer.compare(Buffer.from(part.text), Buffer.from(wav.subarray(44, 144).toString()))).toBe(0);
  });

  test('people log in, and others are kept out', async () => {
    await server.server.users.setPassword(await server.server.users.byEmail('admin@localhost'), 'long enough');
    const form = await ask('GET', '/login', undefined, { authorization: '' });
    const cookie = String(form.headers['set-cookie']).split(';')[0] ?? '';
    expect(String(form.headers['set-cookie'])).toMatch(/Secure/);
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(form.text.replaceAll(/\s+/g, ' '))?.[1] ?? '';
    const body = new URLSearchParams({ csrf_token: csrf, email: 'admin@localhost', password: 'long enough' });
    const headers = { authorization: '', cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const foreign = { ...headers, referer: 'https://elsewhere.example.org/' };
    expect((await ask('POST', '/login', body.toString(), foreign)).status).toBe(400);
    const own = { ...headers, referer: `${proxy.url}/login` };
    expect(await ask('POST', '/login', body.toString(), own)).toMatchObject({
      status: 302,
      headers: { location: '/' },
    });
    // Whoever comes by the proxy is not on this computer.
    expect((await ask('GET', '/metrics', undefined, { authorization: '' })).status).toBe(403);
    expect((await ask('GET', '/health', undefined, { authorization: '' })).status).toBe(200);
    expect(proxy.url).toContain(HOST);
  });
});
