import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { oneSecondOfWav } from '../../../test/support/openWav.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import type { Storage } from '../storage/storage.ts';

let folder: string;
let server: TestServer;
/** Holds up the file beside the chunks, once it says that the session is being finalized. */
let hold: (() => Promise<void>) | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-finalize-'));
  const storage = (own: Storage): Storage =>
    new Proxy(own, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'writeText') return value.bind(target) as unknown;
        return async (key: string, text: string) => {
          if (key.endsWith('session.json') && text.includes('"finalizing"')) await hold?.();
          await target.writeText(key, text);
        };
      },
    });
  server = await startTestServer(folder, {}, { around: { storage, database: (own) => own } });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('answers, and leaves no folder, however late the file beside the chunks is written', async () => {
  const id = await server.open({ mime_type: 'audio/wav' });
  expect((await server.chunk(id, 1, oneSecondOfWav())).status).toBe(204);
  // Workers of this process and of others look for jobs by themselves.
  hold = () =>
    expect
      .poll(async () => (await server.json('GET', `/upload/session/${id}`)).body['status'], { timeout: 60_000 })
      .toBe('finalized');
  const answer = await server.json('POST', `/upload/session/${id}/finalize`, {});
  expect(answer.status).toBe(202);
  await expect.poll(() => readdir(join(folder, '_sessions')), { timeout: 60_000 }).toEqual([]);
});

it('says that the disk is full, and goes on once it is not', async () => {
  const id = await server.open({ mime_type: 'audio/wav' });
  await server.chunk(id, 1, oneSecondOfWav());
  hold = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  const refused = await server.json('POST', `/upload/session/${id}/finalize`, {});
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '60' }, body: { code: 'disk_full' } });
  hold = undefined;
  expect((await server.json('POST', `/upload/session/${id}/finalize`, {})).status).toBe(202);
});
