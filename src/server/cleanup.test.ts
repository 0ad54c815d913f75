import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneSecondOfWav } from '../../test/support/openWav.ts';
import { startTestServer, type TestServer } from '../../test/support/testServer.ts';
import { cleanUp } from './cleanup.ts';

const HOUR_MS = 3_600_000;
const wav = oneSecondOfWav();

let folder: string;
let server: TestServer;
let time = Date.parse('2026-11-21T14:00:00Z');

const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
  server = await startTestServer(folder, { RECORDING_EXPIRATION_DAYS: '7', ...env }, { now: () => time });
};
const restart = async (): Promise<void> => {
  await server.close();
  await start();
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-cleanup-'));
  await start();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function recorded(): Promise<number> {
  const id = await server.open({ mime_type: 'audio/wav', title: 'Kept', source: 'Studio A' });
  await server.chunk(id, 1, wav);
  const { body } = await server.json('POST', `/upload/session/${id}/finalize`, {});
  await completed(body['recording_id']);
  return Number(body['recording_id']);
}

const completed = (id: unknown): Promise<void> =>
  expect
    .poll(async () => (await server.json('GET', `/api/v1/recordings/${String(id)}/status`)).body['status'], {
      timeout: 25_000,
      interval: 10,
    })
    .toBe('COMPLETED');

const sessionOf = async (id: string): Promise<Readonly<Record<string, unknown>>> =>
  (await server.json('GET', `/upload/session/${id}`)).body;

describe('a session that is quiet for longer than its time', () => {
  it('becomes a recording of what came, or expires when nothing came', async () => {
    const empty = await server.open({ mime_type: 'audio/wav' });
    const quiet = await server.open({ mime_type: 'audio/wav' });
    const lively = await server.open({ mime_type: 'audio/wav' });
    await server.chunk(quiet, 1, wav);
    time += 23 * HOUR_MS;
    await server.json('POST', `/upload/session/${lively}/heartbeat`, { state: 'paused' });
    time += 2 * HOUR_MS;
    await cleanUp(server.server.context);
    expect(await sessionOf(empty)).toMatchObject({ status: 'expired' });
    expect(await sessionOf(lively)).toMatchObject({ status: 'recording', state: 'paused' });
    await completed((await sessionOf(quiet))['finalized_recording_id']);
  });

  it('keeps its chunks when some are missing, and says which', async () => {
    const id = await server.open({ mime_type: 'audio/wav', out_of_order: true });
    await server.chunk(id, 1, wav);
    await server.chunk(id, 3, wav);
    time += 25 * HOUR_MS;
    await cleanUp(server.server.context);
    await expect.poll(async () => (await sessionOf(id))['status']).toBe('failed');
    expect((await sessionOf(id))['error_message']).toContain('missing: 2');
    await cleanUp(server.server.context);
    expect(await readdir(join(folder, '_sessions', id))).toContain('chunk-000003.bin');
  });
});

describe('a session that is as long as a recording may be', () => {
  it('is announced, then ended, and its pauses do not count', async () => {
    await server.close();
    await start({ RECORDING_MAX_LENGTH: '1h' });
    const id = await server.open({ mime_type: 'audio/wav' });
    await server.chunk(id, 1, wav);
    await server.json('POST', `/upload/session/${id}/heartbeat`, { state: 'paused' });
    time += 5 * HOUR_MS;
    await server.json('POST', `/upload/session/${id}/heartbeat`, { state: 'recording' });
    expect(await sessionOf(id)).not.toHaveProperty('warning');
    time += 0.95 * HOUR_MS;
    expect(await sessionOf(id)).toHaveProperty('warning');
    const warned = await server.chunk(id, 2, wav.subarray(44));
    expect(warned).toMatchObject({ status: 204, headers: { 'x-recording-ends-at': expect.any(String) } });
    time += 0.1 * HOUR_MS;
    const refused = await server.chunk(id, 3, wav.subarray(44));
    expect(refused.status).toBe(409);
    expect(refused.body).not.toHaveProperty('expected_chunk_index');
    await expect.poll(async () => (await sessionOf(id))['finalized_recording_id']).toEqual(expect.any(Number));
    await completed((await sessionOf(id))['finalized_recording_id']);
  });
});

describe('a recording that has expired', () => {
  it('is neither read nor deleted, and goes with the next clean-up', async () => {
    const id = await recorded();
    const path = `/api/v1/recordings/${id}`;
    expect((await server.request('GET', `${path}/download`)).status).toBe(200);
    time += 8 * 24 * HOUR_MS;
    for (const [method, suffix] of [
      ['GET', ''],
      ['GET', '/download'],
      ['GET', '/status'],
      ['DELETE', ''],
    ] as const) {
      expect((await server.request(method, `${path}${suffix}`)).status).toBe(410);
    }
    expect((await server.json('GET', '/api/v1/recordings')).body['recordings']).toEqual([]);
    await cleanUp(server.server.context);
    expect(await readdir(join(folder, 'recordings'))).toEqual([]);
    expect((await server.request('GET', path)).status).toBe(404);
  });
});

describe('left-overs', () => {
  it('are removed once they are older than a session may be quiet', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    await server.chunk(id, 1, wav);
    await writeFile(join(folder, '_sessions', id, '.chunk-000002.bin.x.part'), 'half');
    time = Date.now();
    await restart();
    expect(await readdir(join(folder, '_sessions', id))).toContain('.chunk-000002.bin.x.part');
    time += 25 * HOUR_MS;
    await server.json('POST', `/upload/session/${id}/heartbeat`, { state: 'recording' });
    await restart();
    expect((await readdir(join(folder, '_sessions', id))).toSorted()).toEqual(['chunk-000001.bin', 'session.json']);
  });
});

describe('without its database', () => {
  it.each(['deleted', 'damaged'])('a server has sessions, recordings and users again (%s)', async (how) => {
    const user = await server.addUser('owner@example.org');
    const asUser = { headers: { authorization: `Bearer ${user}` } };
    const done = await recorded();
    const open = await server.open({ mime_type: 'audio/wav', title: 'Open', out_of_order: true });
    await server.chunk(open, 1, wav);
    await server.chunk(open, 2, wav.subarray(44));
    await server.close();
    for (const name of ['server.db', 'server.db-wal', 'server.db-shm']) {
      if (how === 'deleted' || name !== 'server.db') await rm(join(folder, name), { force: true });
      else await writeFile(join(folder, name), Buffer.alloc(50_000, 'no database'));
    }
    await start();
    expect((await server.request('GET', '/api/v1/users/me', asUser)).status).toBe(200);
    expect(await sessionOf(open)).toMatchObject({
      chunk_count: 2,
      expected_chunk_index: 3,
      title: 'Open',
      out_of_order: true,
    });
    expect((await server.chunk(open, 3, wav.subarray(44))).status).toBe(204);
    expect((await server.json('GET', `/api/v1/recordings/${done}`)).body).toMatchObject({
      title: 'Kept',
      status: 'COMPLETED',
    });
    expect((await server.request('GET', `/api/v1/recordings/${done}/download`)).status).toBe(200);
    const { body } = await server.json('POST', `/upload/session/${open}/finalize`, {});
    expect(Number(body['recording_id'])).toBeGreaterThan(done);
    await completed(body['recording_id']);
  });

  it('a session goes back to what is stored when the folder was set back', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    for (const index of [1, 2, 3]) await server.chunk(id, index, wav);
    await server.close();
    await rm(join(folder, '_sessions', id, 'chunk-000002.bin'));
    await rm(join(folder, '_sessions', id, 'chunk-000003.bin'));
    await start();
    expect(await server.chunk(id, 4, wav)).toMatchObject({ status: 409, body: { expected_chunk_index: 2 } });
    expect(await sessionOf(id)).toMatchObject({ chunk_count: 1, bytes_received: wav.length });
    const kept = await readFile(join(folder, '_sessions', id, 'session.json'), 'utf8');
    expect(kept).toContain('admin@localhost');
  });
});
