import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import { openWavHeader } from '../../engine/containers/wav.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-lookup-'));
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a client that lost its memory', () => {
  it('gets the session that it opened and never heard of, and another one once that has ended', async () => {
    const request = { mime_type: 'audio/wav', client_key: 'try-1' };
    const id = await server.open(request);
    expect(await server.open(request)).toBe(id);
    const all = await Promise.all([
      server.open({ ...request, client_key: 'try-2' }),
      server.open({ ...request, client_key: 'try-2' }),
    ]);
    expect(new Set(all).size).toBe(1);
    expect((await server.json('GET', '/upload/session?client_key=try-1')).body).toMatchObject({
      sessions: [{ session_id: id, chunk_count: 0 }],
    });
    await server.request('DELETE', `/upload/session/${id}`);
    expect(await server.open(request)).not.toBe(id);
  });

  it('finds its recording by its own name for it, with what makes it sure that it is the same', async () => {
    const name = 'c0ffee00-0000-4000-8000-000000000001/1';
    const id = await server.open({ mime_type: 'audio/wav', client_recording: name });
    const bytes = Buffer.concat([
      openWavHeader({ sampleRate: 8000, channels: 1, bitDepth: 16 }),
      Buffer.alloc(2000, 7),
    ]);
    const chunks = [bytes.subarray(0, 1000), bytes.subarray(1000)];
    for (const [at, chunk] of chunks.entries()) await server.chunk(id, at + 1, chunk);
    const hex = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
    expect((await server.json('GET', `/upload/session/${id}/chunks`)).body).toEqual({
      chunks: chunks.map((chunk, at) => ({ index: at + 1, bytes: chunk.length, sha256: hex(chunk) })),
    });
    expect((await server.json('GET', `/upload/session/${id}/chunks?from=2`)).body['chunks']).toHaveLength(1);
    await server.json('POST', `/upload/session/${id}/finalize`, {});
    const found = async (): Promise<unknown> =>
      (await server.json('GET', `/upload/session?client_recording=${encodeURIComponent(name)}`)).body['sessions'];
    await vi.waitFor(async () => expect(await found()).toMatchObject([{ status: 'finalized' }]), 120_000);
    expect(await found()).toMatchObject([
      { session_id: id, bytes_received: bytes.length, content_sha256: hex(bytes), whole: false },
    ]);
  });

  it('sends a whole file twice, even at once, and has it there once', async () => {
    const header = openWavHeader({ sampleRate: 8000, channels: 1, bitDepth: 16 });
    const send = async (name: string, level: number): Promise<unknown> => {
      const form = new FormData();
      form.set('client_recording', name);
      form.set('file', new Blob([Buffer.concat([header, Buffer.alloc(2000, level)])], { type: 'audio/wav' }), 'a.wav');
      const headers = { authorization: `Bearer ${server.token}` };
      const answer = await fetch(`${server.url}/api/v1/recordings/upload`, { method: 'POST', body: form, headers });
      expect(answer.status).toBe(202);
      return ((await answer.json()) as { id: unknown }).id;
    };
    const [first, second] = await Promise.all([send('twice/1', 1), send('twice/1', 1)]);
    expect(second).toBe(first);
    await vi.waitFor(async () => {
      const { body } = await server.json('GET', `/api/v1/recordings/${String(first)}`);
      expect(body['status']).toBe('COMPLETED');
    }, 120_000);
    expect(await send('twice/1', 1)).toBe(first);
    expect(await send('twice/1', 2)).not.toBe(first);
    expect(await send('another/1', 1)).not.toBe(first);
    // What came again takes no room.
    const { body } = await server.json('GET', '/upload/session?client_recording=twice/1');
    const found = body['sessions'] as { readonly status: string }[];
    expect(found.filter(({ status }) => status === 'aborted')).toHaveLength(2);
    expect(found).toHaveLength(4);
  });

  it('finds nothing of others, and has to say what it looks for', async () => {
    const token = await server.addUser('other@example.org');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await server.request('GET', '/upload/session?client_key=try-2', { headers });
    expect(answer.body).toEqual({ sessions: [] });
    expect((await server.json('GET', '/upload/session')).status).toBe(400);
    expect((await server.json('GET', '/upload/session?client_key=%00')).status).toBe(400);
  });
});
