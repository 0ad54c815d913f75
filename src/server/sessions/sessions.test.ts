import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-sessions-'));
  server = await startTestServer(folder, { RECORDING_SESSION_MAX_CHUNK_BYTES: '1000' });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
const digestOf = (text: string) => ({ 'content-digest': `sha-256=:${sha256(text)}:` });

describe('sessions', () => {
  it('are made as Speakr makes them', async () => {
    const answer = await server.json('POST', '/upload/session', { mime_type: 'audio/wav' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ mime_type: 'audio/wav', status: 'recording', max_chunk_bytes: 1000 });
    expect(answer.body['session_id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(answer.body['expires_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+$/);
  });

  it('refuse media that are not on the list, by their exact name', async () => {
    const answer = await server.json('POST', '/upload/session', { mime_type: 'audio/webm;codecs=opus' });
    expect(answer.status).toBe(400);
    expect(answer.body['allowed']).toEqual([
      'audio/flac',
      'audio/mp4',
      'audio/mpeg',
      'audio/ogg',
      'audio/wav',
      'audio/webm',
      'audio/x-m4a',
    ]);
  });

  it('take chunks in order, and say which one they expect', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    expect((await server.chunk(id, 1, 'one')).status).toBe(204);
    expect(await server.chunk(id, 1, 'one')).toMatchObject({
      status: 409,
      body: { error: 'Out-of-order chunk', expected_chunk_index: 2, got: 1 },
    });
    expect(await server.chunk(id, 3, 'three')).toMatchObject({
      status: 409,
      body: { expected_chunk_index: 2, got: 3 },
    });
    expect((await server.chunk(id, 2, '')).status).toBe(400);
    expect(await server.chunk(id, 2, 'x'.repeat(1001))).toMatchObject({
      status: 413,
      body: { max_chunk_bytes: 1000, got: 1001 },
    });
    expect((await server.chunk(id, 2, 'two')).status).toBe(204);
    const session = await server.json('GET', `/upload/session/${id}`);
    expect(session.body).toMatchObject({
      status: 'recording',
      chunk_count: 2,
      bytes_received: 6,
      mime_type: 'audio/wav',
    });
    expect(await readFile(join(folder, '_sessions', id, 'chunk-000002.bin'), 'utf8')).toBe('two');
  });

  it('know a chunk by its digest', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    expect(await server.chunk(id, 1, 'one', digestOf('other'))).toMatchObject({
      status: 400,
      body: { code: 'digest_mismatch' },
    });
    expect((await server.chunk(id, 1, 'one', digestOf('one'))).status).toBe(204);
    expect((await server.chunk(id, 1, 'one', digestOf('one'))).status).toBe(204);
    expect(await server.chunk(id, 1, 'two', digestOf('two'))).toMatchObject({
      status: 409,
      body: { code: 'digest_conflict' },
    });
    const stored = await server.json('GET', `/upload/session/${id}/chunks/1/digest`);
    expect(stored.body['digest']).toBe(`sha-256=:${sha256('one')}:`);
  });

  it('take any order within the window when they were asked to', async () => {
    const id = await server.open({ mime_type: 'audio/wav', out_of_order: true });
    for (const index of [3, 8, 1]) expect((await server.chunk(id, index, `chunk ${index}`)).status).toBe(204);
    expect(await server.chunk(id, 10, 'ten')).toMatchObject({ status: 409, body: { expected_chunk_index: 2 } });
    const session = await server.json('GET', `/upload/session/${id}`);
    expect(session.body).toMatchObject({ chunk_count: 3, expected_chunk_index: 2, missing: [2, 4, 5, 6, 7] });
  });

  it('store a chunk once, however often it comes at the same time', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const same = await Promise.all([1, 2, 3, 4, 5].map(() => server.chunk(id, 1, 'one', digestOf('one'))));
    expect(same.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    const others = await Promise.all(['a', 'b', 'c'].map((text) => server.chunk(id, 2, text, digestOf(text))));
    expect(others.map(({ status }) => status).toSorted()).toEqual([204, 409, 409]);
    const stored = ['a', 'b', 'c'][others.findIndex(({ status }) => status === 204)];
    expect(await readFile(join(folder, '_sessions', id, 'chunk-000002.bin'), 'utf8')).toBe(stored);
    const session = await server.json('GET', `/upload/session/${id}`);
    expect(session.body).toMatchObject({ chunk_count: 2, bytes_received: 4 });
  });

  it('are known to their owner alone', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const other = await server.addUser('other@example.org');
    const headers = { authorization: `Bearer ${other}` };
    expect((await server.request('GET', `/upload/session/${id}`, { headers })).status).toBe(404);
    expect((await server.request('GET', '/upload/session/..%2f..%2fusers.json')).status).toBe(404);
  });

  it('end when they are discarded, and say so again', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    await server.chunk(id, 1, 'one');
    for (let time = 0; time < 2; time += 1)
      expect((await server.request('DELETE', `/upload/session/${id}`)).status).toBe(204);
    const refused = await server.chunk(id, 2, 'two');
    expect(refused.status).toBe(409);
    expect(refused.body).not.toHaveProperty('expected_chunk_index');
  });
});
