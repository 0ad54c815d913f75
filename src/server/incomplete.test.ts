import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, encode, FLAC, MP3_128, OPUS_96, probe, type Recipe } from '../../test/support/ffmpeg.ts';
import { startTestServer, type TestServer } from '../../test/support/testServer.ts';
import { cleanUp } from './cleanup.ts';

const HOUR_MS = 3_600_000;
const SECONDS = 8;
const CHUNKS = 5;
/** It never comes. */
const LOST = 3;

let folder: string;
let server: TestServer;
let time = Date.parse('2026-11-21T14:00:00Z');

const start = async (): Promise<void> => {
  server = await startTestServer(join(folder, 'data'), {}, { now: () => time });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-incomplete-'));
  await start();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const digestOf = (bytes: Uint8Array) => ({
  'content-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
});

async function fileOf(name: string, recipe: Recipe): Promise<Buffer> {
  const path = join(folder, name);
  await encode(path, { duration: SECONDS, ...recipe });
  return readFile(path);
}

/** A session of which the chunk {@link LOST} is missing; `unit`: chunks are cut at multiples of it behind `head`. */
async function sessionWithGap(mimeType: string, file: Buffer, { head = 0, unit = 1 } = {}): Promise<string> {
  const id = await server.open({ mime_type: mimeType, title: 'Night', out_of_order: true });
  const length = Math.floor((file.length - head) / CHUNKS / unit) * unit;
  for (let index = 1; index <= CHUNKS; index += 1) {
    if (index === LOST) continue;
    const from = index === 1 ? 0 : head + length * (index - 1);
    const chunk = file.subarray(from, index === CHUNKS ? file.length : head + length * index);
    expect((await server.chunk(id, index, chunk, digestOf(chunk))).status).toBe(204);
  }
  return id;
}

const finalize = (id: string, body: Readonly<Record<string, unknown>>) =>
  server.json('POST', `/upload/session/${id}/finalize`, body);
const recording = async (id: unknown) => (await server.json('GET', `/api/v1/recordings/${String(id)}`)).body;
const isMade = (id: unknown): Promise<void> =>
  expect.poll(async () => (await recording(id))['status'], { timeout: 60_000, interval: 20 }).not.toBe('STITCHING');

/** Path of the file, which an independent decoder takes without a complaint. */
async function sound(id: unknown, name: string): Promise<{ readonly path: string; readonly seconds: number }> {
  const answer = await fetch(`${server.url}/api/v1/recordings/${String(id)}/download`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const path = join(folder, name);
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  expect((await decode(path)).complaints).toBe('');
  return { path, seconds: (await probe(path)).duration };
}

const chunksOf = async (id: string): Promise<string[]> =>
  (await readdir(join(folder, 'data', '_sessions', id))).filter((name) => name.startsWith('chunk-'));

const kinds = [
  ['mp3', 'audio/mpeg', MP3_128, {}],
  ['flac', 'audio/flac', FLAC, {}],
  ['ogg', 'audio/ogg', OPUS_96, {}],
  ['wav', 'audio/wav', { encoder: ['-c:a', 'pcm_s16le', '-bitexact'] }, { head: 44, unit: 4 }],
] as const;

describe('a session of which a chunk is missing', () => {
  it.each(kinds)('becomes two recordings that play: %s', async (ending, mimeType, recipe, cut) => {
    const id = await sessionWithGap(mimeType, await fileOf(`all.${ending}`, recipe), cut);
    expect(await finalize(id, {})).toMatchObject({ status: 409, body: { missing: [LOST] } });
    const { status, body } = await finalize(id, { incomplete: true });
    expect(status).toBe(202);
    const ids = body['recording_ids'] as number[];
    expect(ids).toHaveLength(2);
    const made = [];
    for (const [at, one] of ids.entries()) {
      await isMade(one);
      const told = await recording(one);
      expect(told).toMatchObject({
        status: 'COMPLETED',
        title: `Night (incomplete, part ${at + 1} of 2)`,
        incomplete: { part: at + 1, parts: 2, missing: [[LOST, LOST]] },
      });
      const { seconds } = await sound(one, `part-${at + 1}.${ending}`);
      expect(Math.abs(seconds - Number(told['duration']))).toBeLessThan(0.06);
      made.push(seconds);
    }
    for (const seconds of made) expect(seconds).toBeGreaterThan((SECONDS / CHUNKS) * 1.5);
    expect(made.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(SECONDS);
    expect(await chunksOf(id)).toHaveLength(CHUNKS - 1);
    expect((await finalize(id, { incomplete: true })).body['recording_ids']).toEqual(ids);
    const session = (await server.json('GET', `/upload/session/${id}`)).body;
    expect(session).toMatchObject({ status: 'failed', missing: [LOST] });
    expect(session['error_message']).toContain('chunk 3');
  });

  it('has only what came before the gap where nothing can begin behind it', async () => {
    const mp4 = { encoder: ['-c:a', 'aac', '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov'] };
    const id = await sessionWithGap('audio/mp4', await fileOf('all.m4a', mp4));
    const ids = (await finalize(id, { incomplete: true })).body['recording_ids'] as number[];
    expect(ids).toHaveLength(1);
    await isMade(ids[0]);
    expect(await recording(ids[0])).toMatchObject({ status: 'COMPLETED', title: 'Night (incomplete)' });
    expect(await chunksOf(id)).toHaveLength(CHUNKS - 1);
  });

  it('says so where samples cannot be found behind the gap, and keeps every chunk', async () => {
    const wav = await fileOf('odd.wav', { encoder: ['-c:a', 'pcm_s16le', '-bitexact'] });
    const id = await sessionWithGap('audio/wav', wav, { head: 45, unit: 4 });
    const [one, other] = (await finalize(id, { incomplete: true })).body['recording_ids'] as number[];
    await isMade(other);
    expect((await recording(one))['status']).toBe('COMPLETED');
    const told = await recording(other);
    expect(told['status']).toBe('FAILED');
    expect(told['error_message']).toContain('All chunks are kept.');
    expect(await chunksOf(id)).toHaveLength(CHUNKS - 1);
  });

  it('fails whole when it was quiet for too long, and its owner uses what came, on the page too', async () => {
    const mp3 = await fileOf('quiet.mp3', MP3_128);
    const id = await sessionWithGap('audio/mpeg', mp3);
    time += 25 * HOUR_MS;
    await cleanUp(server.server.context);
    const lists = async () => (await server.request('GET', '/page/lists')).text;
    await expect.poll(lists).toContain(`data-key="incomplete-${id}"`);
    const failed = (await server.json('GET', `/upload/session/${id}`)).body['finalized_recording_id'];
    const ids = (await finalize(id, { incomplete: true })).body['recording_ids'] as number[];
    expect(ids[0]).toBe(failed);
    for (const one of ids) await isMade(one);
    expect(await lists()).toContain(
      'Incomplete: of the session chunk 3 never came. This is part 2 of 2: chunks 4 to 5.',
    );
    expect(await lists()).not.toContain(`data-key="incomplete-${id}"`);

    // Without its database the server has the same again.
    await server.close();
    for (const name of ['server.db', 'server.db-wal', 'server.db-shm'])
      await rm(join(folder, 'data', name), { force: true });
    await start();
    const again = (await server.json('GET', `/upload/session/${id}`)).body;
    expect(again).toMatchObject({ status: 'failed', chunk_count: CHUNKS - 1, finalized_recording_id: failed });
    for (const one of ids)
      expect(await recording(one)).toMatchObject({ status: 'COMPLETED', incomplete: { parts: 2 } });

    await server.request('DELETE', `/api/v1/recordings/${ids[1]}`);
    expect(await chunksOf(id)).toHaveLength(CHUNKS - 1);
    await server.request('DELETE', `/api/v1/recordings/${ids[0]}`);
    await expect(chunksOf(id)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
