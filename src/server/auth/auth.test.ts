import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startTestServer, type TestServer } from '../../../test/support/testServer.ts';

const PASSWORD = 'correct horse battery';

let folder: string;
let server: TestServer;
let time = Date.parse('2026-11-21T14:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-auth-'));
  server = await startTestServer(folder, { LONGTAKE_SERVER_TRUST_PROXY: 'loopback' }, { now: () => time });
  const user = await server.server.users.add('anna@example.org', 'owner');
  await server.server.users.setPassword(user, PASSWORD);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks without a token. */
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
  server.request(method, path, { headers: { authorization: '', ...headers }, ...(body === undefined ? {} : { body }) });

const cookieOf = (answer: Answer): string => answer.headers['set-cookie']?.at(0)?.split(';')[0] ?? '';

async function logIn(password = PASSWORD): Promise<{ readonly page: Answer; readonly answer: Answer }> {
  const page = await ask('GET', '/login');
  const token = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const form = new URLSearchParams({ csrf_token: token, email: 'Anna@example.org', password });
  const headers = { cookie: cookieOf(page), 'content-type': 'application/x-www-form-urlencoded' };
  return { page, answer: await ask('POST', '/login', headers, form.toString()) };
}

describe('who asks', () => {
  it('is known by each header that Speakr takes', async () => {
    const headers = [
      { authorization: `Bearer ${server.token}` },
      { 'x-api-token': server.token },
      { 'api-token': server.token },
    ];
    for (const header of headers) {
      const answer = await ask('GET', '/api/v1/users/me', header);
      expect(answer).toMatchObject({ status: 200, body: { email: 'admin@localhost', is_admin: true } });
    }
  });

  it('is led to /login or refused when nobody is known, never with a 401', async () => {
    const wrong = { authorization: 'Bearer lt_wrong' };
    for (const headers of [{}, wrong]) {
      const read = await ask('GET', '/api/v1/users/me', headers);
      expect(read).toMatchObject({ status: 302, headers: { location: '/login' } });
      const written = await ask('POST', '/upload/session', headers);
      expect(written.status).toBe(400);
      expect(written.headers['content-type']).toContain('text/html');
      expect(written.text).toContain('The CSRF token is missing.');
    }
  });

  it('logs in with the token of the form, and gets a new cookie', async () => {
    const { page, answer } = await logIn();
    expect(answer).toMatchObject({ status: 302, headers: { location: '/' } });
    const cookie = cookieOf(answer);
    expect(cookie).toMatch(/^session=/);
    expect(cookie).not.toBe(cookieOf(page));
    expect((await ask('GET', '/api/v1/users/me', { cookie })).body['email']).toBe('anna@example.org');
  });

  it('stays outside with another password', async () => {
    const { answer } = await logIn('wrong');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('Nobody has this address and password');
  });

  it('changes something with a CSRF token of its own cookie alone, for an hour', async () => {
    const cookie = cookieOf((await logIn()).answer);
    const { body } = await ask('GET', '/api/csrf-token', { cookie });
    const token = String(body['csrf_token']);
    const open = (headers: Record<string, string>): Promise<Answer> => ask('POST', '/upload/session', headers);
    expect((await open({ cookie, 'x-csrftoken': token })).status).toBe(201);
    expect((await open({ cookie })).text).toContain('missing');
    expect((await open({ cookie, 'x-csrftoken': `${token}x` })).status).toBe(400);
    const other = await ask('GET', '/api/csrf-token');
    const stranger = { cookie: cookieOf(other), 'x-csrftoken': String(other.body['csrf_token']) };
    expect(await open(stranger)).toMatchObject({ status: 302, headers: { location: '/login' } });
    const tls = { cookie, 'x-csrftoken': token, 'x-forwarded-proto': 'https', host: 'server.example' };
    expect((await open(tls)).text).toContain('referrer header is missing');
    expect((await open({ ...tls, referer: 'https://evil.example/' })).status).toBe(400);
    expect((await open({ ...tls, referer: 'https://server.example/x' })).status).toBe(201);
    time += 3_601_000;
    expect((await open({ cookie, 'x-csrftoken': token })).text).toContain('expired');
  });

  it('may not guess passwords for long', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 11; count += 1) {
      const answer = await ask('POST', '/login', { 'x-forwarded-for': '192.0.2.7' });
      statuses.push(answer.status);
    }
    expect(statuses.at(0)).toBe(400);
    expect(statuses.at(-1)).toBe(429);
  });

  it('may not guess passwords for long from the many addresses that IPv6 gives to one', async () => {
    const statuses: number[] = [];
    for (let count = 1; count <= 11; count += 1) {
      const answer = await ask('POST', '/login', { 'x-forwarded-for': `2001:db8:0:7::${count}` });
      statuses.push(answer.status);
    }
    expect(statuses.at(0)).toBe(400);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask('POST', '/login', { 'x-forwarded-for': '2001:db8:0:8::1' })).status).toBe(400);
  });

  it('leaves neither token nor password on the disk', async () => {
    const kept = await readFile(join(folder, 'users.json'), 'utf8');
    expect(kept).toContain('anna@example.org');
    for (const name of ['users.json', 'server.db', 'server.db-wal']) {
      const bytes = await readFile(join(folder, name));
      for (const secret of [server.token, PASSWORD]) expect(bytes.includes(secret)).toBe(false);
    }
  });
});

describe('requests', () => {
  it('are counted per endpoint and address', async () => {
    const own = await mkdtemp(join(tmpdir(), 'longtake-limits-'));
    const limited = await startTestServer(own, { LONGTAKE_SERVER_REQUESTS_PER_HOUR: '3' });
    const id = await limited.open({ mime_type: 'audio/wav' });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await limited.request('GET', `/upload/session/${id}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await limited.request('GET', `/upload/session/${id}`);
    expect(refused.headers['content-type']).toContain('text/html');
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect((await limited.request('GET', '/api/v1/users/me')).status).toBe(200);
    await limited.close();
    // What was counted is not the process's own.
    const next = await startTestServer(own, { LONGTAKE_SERVER_REQUESTS_PER_HOUR: '3' });
    expect((await next.request('GET', `/upload/session/${id}`)).status).toBe(429);
    await next.close();
    await rm(own, { recursive: true, force: true });
  });
});
