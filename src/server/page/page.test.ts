import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadRecording } from '../../../test/support/serverRecording.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-page-'));
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const page = async (path: string, authorization = `Bearer ${server.token}`) =>
  server.request('GET', path, { headers: { authorization } });

describe('the page', () => {
  it('is for who is logged in, and lets nothing foreign in', async () => {
    expect(await page('/', '')).toMatchObject({ status: 302, headers: { location: '/login' } });
    expect((await page('/page/lists', '')).status).toBe(302);
    const { headers, text } = await page('/');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(/<meta name="csrf-token" content="[^"]+"/);
    expect(text).not.toMatch(/<script[^>]*>[^<]|style="/);
  });

  it('shows everybody their own, and an admin all, as text', async () => {
    const title = '<img src=x onerror=alert(1)> & "quotes"';
    const id = await uploadRecording(server, { email: 'ada@example.org', title });
    await uploadRecording(server, { email: 'bob@example.org', title: 'Of Bob' });
    const admin = async () => (await page('/page/lists')).text;
    await expect.poll(async () => (await admin()).match(/data-do="play"/g)?.length).toBe(2);
    expect(await admin()).toContain('ada@example.org');
    const token = await server.server.users.addToken(await server.server.users.byEmail('ada@example.org'), 'page');
    const { text } = await page('/page/lists', `Bearer ${token}`);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;');
    expect(text).not.toContain('Of Bob');
    expect((await page(`/recordings/${id}`, `Bearer ${token}`)).text).toContain('<audio');
    expect((await page(`/recordings/${id + 1}`, `Bearer ${token}`)).status).toBe(404);
  });

  it('shows a recorder that fell silent as offline', async () => {
    const id = await server.open({ mime_type: 'audio/wav', title: 'Hut' });
    const state = async () => /class="state (\w+)"/.exec((await page('/page/lists')).text)?.[1];
    expect(await state()).toBe('recording');
    await server.json('POST', `/upload/session/${id}/heartbeat`, { state: 'offline' });
    expect(await state()).toBe('offline');
  });

  it('lists what nobody took to an admin alone', async () => {
    const { database } = server.server.context;
    const message = { kind: 'webhook', recordingId: undefined, body: '{}', createdAt: 0, nextTryAt: 1e15 } as const;
    await database.deliveries.add([{ ...message, id: 'letter', entryId: 1e6 }], 1e6);
    await database.deliveries.bury('letter', 'It answered 418.');
    expect((await page('/page/lists')).text).toContain('It answered 418.');
    const token = await server.addUser('eve@example.org');
    expect((await page('/page/lists', `Bearer ${token}`)).text).not.toContain('It answered 418.');
  });
});
