import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import type { Storage } from '../storage/storage.ts';
import { type CheckName, HealthCheck } from './health.ts';

let folder: string;
let server: TestServer;
let now = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-health-'));
  server = await startTestServer(folder, { LONGTAKE_SERVER_METRICS_TOKEN: 'watch' }, { now: () => now });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

type Parts = ConstructorParameters<typeof HealthCheck>[0];

/** What is red with these parts in place of the server's own. */
async function red(parts: Partial<Parts>): Promise<readonly CheckName[]> {
  const { ok, checks } = await new HealthCheck({ ...server.server.context, log: silentLog, ...parts }).look();
  const found = (Object.keys(checks) as CheckName[]).filter((name) => !checks[name].ok);
  expect(ok).toBe(found.length === 0);
  return found;
}

const failing = () => Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS' }));

describe('/health', () => {
  it('is there for everybody, and green', async () => {
    const answer = await server.request('GET', '/health', { headers: { authorization: '' } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is red when the storage cannot be written, or is nearly full', async () => {
    const { storage, config } = server.server.context;
    const withParts = (parts: Partial<Storage>): Storage =>
      new Proxy(storage, {
        get: (target, name: keyof Storage) => parts[name] ?? target[name].bind(target),
      });
    const broken = withParts({ writeText: failing });
    expect(await red({ storage: broken })).toEqual(['storage']);
    const full = withParts({ freeBytes: async () => 5e8 });
    expect(await red({ storage: full })).toEqual(['disk']);
    expect(await red({ storage: full, config: { ...config, face: { ...config.face, minFreeBytes: 0 } } })).toEqual([]);
  });

  it('is red when the database is broken, or recordings are stuck', async () => {
    const { database } = server.server.context;
    const { counts } = database;
    expect(await red({ database: { ...database, counts: { ...counts, probe: failing } } })).toEqual(['database']);
    const since = now - 29 * 60_000;
    const waiting = { ...database, counts: { ...counts, finalizing: async () => ({ count: 1, since }) } };
    expect(await red({ database: waiting })).toEqual([]);
    now += 2 * 60_000;
    expect(await red({ database: waiting })).toEqual(['finalize']);
  });
});

describe('/metrics', () => {
  const ask = (headers: Readonly<Record<string, string>>) => server.request('GET', '/metrics', { headers });

  it('are for this computer, or for who has the token', async () => {
    expect((await ask({ authorization: '' })).status).toBe(200);
    // Behind a proxy everybody seems to be on this computer.
    expect((await ask({ authorization: '', 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
    expect((await ask({ authorization: 'Bearer guess', 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
    expect((await ask({ authorization: 'Bearer watch', 'x-forwarded-for': '203.0.113.7' })).status).toBe(200);
  });

  it('count, with labels from short lists alone', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    await server.chunk(id, 1, 'audio');
    for (const path of ['/nobody/1', '/nobody/2', `/upload/session/${id}`]) await server.request('GET', path);
    const { text } = await ask({});
    expect(text).toMatch(/^longtake_sessions\{status="recording"\} 1$/m);
    expect(text).toMatch(/^longtake_chunks_total 1$/m);
    expect(text).toMatch(/^longtake_chunk_bytes_total 5$/m);
    expect(text).toMatch(/^longtake_outbox_messages\{state="dead"\} 0$/m);
    expect(text).toMatch(/^longtake_healthy\{check="disk"\} 1$/m);
    expect(text).toMatch(/_count\{method="GET",route="\/upload\/session\/:id",status="2xx"\} 1$/m);
    expect(text).toMatch(/_count\{method="POST",route="\/upload\/session\/:id\/chunks\/:index",status="2xx"\} 1$/m);
    expect(text).toMatch(/_count\{method="GET",route="none",status="4xx"\} 2$/m);
    expect(text).not.toContain(id);
  });
});
