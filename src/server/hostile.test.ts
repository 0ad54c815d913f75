import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test/support/testServer.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-hostile-'));
  server = await startTestServer(folder, {
    RECORDING_SESSION_MAX_CHUNK_BYTES: '100000',
    RECORDING_SESSION_MAX_BYTES_PER_USER: '250000',
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sends bytes as they are, and returns what comes until the server ends the connection or an answer is there. */
async function raw(pieces: readonly (string | Buffer)[], isOver: (text: string) => boolean): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  const over = new Promise<void>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      if (isOver(text)) resolve();
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  for (const piece of pieces) socket.write(piece);
  await over;
  socket.destroy();
  return text;
}

const head = (method: string, path: string, headers: readonly string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${server.token}`, ...headers, '', ''].join('\r\n');

describe('a hostile client', () => {
  it('is told at once that a chunk is too large', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const path = `/upload/session/${id}/chunks/1`;
    const declared = await raw([head('POST', path, ['Content-Length: 99999999999'])], (text) =>
      text.includes('max_chunk_bytes'),
    );
    expect(declared).toContain('HTTP/1.1 413');
    const block = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const open = await raw([head('POST', path, ['Transfer-Encoding: chunked']), block, block], (text) =>
      text.includes('max_chunk_bytes'),
    );
    expect(open).toContain('HTTP/1.1 413');
    expect(await readdir(join(folder, '_sessions', id))).toEqual(['session.json']);
  });

  it('can send all of what is too large before it listens', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write(head('POST', `/upload/session/${id}/chunks/1`, ['Transfer-Encoding: chunked']));
    const block = Buffer.from(`100000\r\n${'x'.repeat(0x100000)}\r\n`);
    for (let count = 0; count < 24; count += 1) {
      // Node waits until the other side has taken it, once its own buffers are full.
      await new Promise((resolve) => socket.write(block, resolve));
    }
    socket.write('0\r\n\r\n');
    const [answer] = (await once(socket.resume(), 'data')) as [Buffer];
    expect(answer.toString('latin1')).toContain('HTTP/1.1 413');
    socket.destroy();
  });

  it('leaves nothing when it goes away in the middle', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(head('POST', `/upload/session/${id}/chunks/1`, ['Content-Length: 5000']));
    socket.write('half of it');
    await expect.poll(async () => (await readdir(join(folder, '_sessions', id))).length).toBe(2);
    socket.destroy();
    await expect.poll(async () => readdir(join(folder, '_sessions', id))).toEqual(['session.json']);
    expect((await server.json('GET', `/upload/session/${id}`)).body['chunk_count']).toBe(0);
  });

  it('is cut off when it hardly sends', async () => {
    const own = await startTestServer(join(folder, 'slow'), { LONGTAKE_SERVER_SLOW_SENDER_SECONDS: '1' });
    const id = await own.open({ mime_type: 'audio/wav' });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    const ended = new Promise<void>((resolve) => {
      // The end may come as an error.
      socket.on('error', () => undefined).on('close', () => resolve());
    });
    socket.resume();
    const auth = `Authorization: Bearer ${own.token}`;
    const lines = [`POST /upload/session/${id}/chunks/1 HTTP/1.1`, 'Host: x', auth, 'Content-Length: 50000', '', ''];
    socket.write(lines.join('\r\n'));
    const drip = setInterval(() => socket.write('x'), 100);
    await ended;
    clearInterval(drip);
    await expect.poll(() => readdir(join(folder, 'slow', '_sessions', id))).toEqual(['session.json']);
    expect((await own.chunk(id, 1, 'all of it')).status).toBe(204);
    await own.close();
  });

  it('is cut off, whoever it is and whatever it was told', async () => {
    const own = await startTestServer(join(folder, 'drip'), { LONGTAKE_SERVER_SLOW_SENDER_SECONDS: '1' });
    const requests = ['/login', '/nowhere', '/upload/session/none/chunks/1'].map((path) => `POST ${path} HTTP/1.1`);
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const ends = requests.map(async (line) => {
      const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
      const ended = new Promise<void>((resolve) => {
        socket.on('error', () => undefined).on('close', () => resolve());
      });
      socket.resume().write([line, 'Host: x', form, 'Content-Length: 50000', '', ''].join('\r\n'));
      const drip = setInterval(() => socket.write('x'), 100);
      await ended;
      clearInterval(drip);
      return socket.destroyed;
    });
    expect(await Promise.all(ends)).toEqual([true, true, true]);
    await own.close();
  });

  it('on the same computer cannot read the database, whatever its folder allows', async () => {
    const shared = join(folder, 'shared');
    await mkdir(shared, { mode: 0o755 });
    await writeFile(join(shared, 'server.db'), '', { mode: 0o644 });
    const own = await startTestServer(shared);
    const names = (await readdir(shared)).filter((name) => name.startsWith('server.db'));
    const modes = await Promise.all(names.map(async (name) => (await stat(join(shared, name))).mode & 0o777));
    expect(new Set(modes)).toEqual(new Set([0o600]));
    await own.close();
  });

  it('finds no way out of the storage', async () => {
    const ids = ['..', '%2e%2e', '..%2f..%2fetc', '%00', 'a'.repeat(36), '../../users.json', `${'f'.repeat(8)}-..`];
    for (const id of ids) {
      for (const suffix of ['', '/chunks/1/digest']) {
        expect((await server.request('GET', `/upload/session/${id}${suffix}`)).status).toBe(404);
      }
      expect((await server.chunk(id, 1, 'x')).status).toBe(404);
      expect([400, 404]).toContain((await server.request('GET', `/api/v1/recordings/${id}/download`)).status);
    }
    const id = await server.open({ mime_type: 'audio/wav' });
    for (const index of ['0', '-1', '1e3', '1.5', '../2', '%2e', '9'.repeat(14), '9'.repeat(40)]) {
      const answer = await server.request('POST', `/upload/session/${id}/chunks/${index}`, { body: 'x' });
      expect([404, 409]).toContain(answer.status);
    }
  });

  it('gets no more room than its user has', async () => {
    const token = await server.addUser('small@example.org');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const open = (): Promise<Awaited<ReturnType<TestServer['request']>>> =>
      server.request('POST', '/upload/session', { headers, body: '{"mime_type":"audio/wav"}' });
    const [one, two] = [String((await open()).body['session_id']), String((await open()).body['session_id'])];
    const bytes = Buffer.alloc(90_000);
    expect((await server.chunk(one, 1, bytes, headers)).status).toBe(204);
    expect((await server.chunk(two, 1, bytes, headers)).status).toBe(204);
    const refused = await server.chunk(one, 2, bytes, headers);
    expect(refused).toMatchObject({ status: 507, body: { quota_bytes: 250_000 } });
    const answers = await Promise.all([one, two].map((id) => server.chunk(id, 2, bytes.subarray(0, 50_000), headers)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 507]);
    expect((await server.chunk(one, 2, bytes.subarray(0, 20_000), headers)).status).toBeLessThan(500);
  });

  it('makes no request that breaks the server', async () => {
    const id = await server.open({ mime_type: 'audio/wav' });
    const paths = ['/upload/session', `/upload/session/${id}/heartbeat`, `/upload/session/${id}/finalize`, '/login'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(fc.json(), fc.string()), async (path, body) => {
        const answer = await server.request('POST', path, { body, headers: { 'content-type': 'application/json' } });
        expect(answer.status === 507 || answer.status < 500).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('makes no form that breaks the server', async () => {
    const boundary = 'edge';
    const line = fc.constantFrom(
      `--${boundary}`,
      `--${boundary}--`,
      'Content-Disposition: form-data; name="file"; filename="../../x.wav"',
      'Content-Disposition: form-data; name="title"',
      'Content-Type: audio/wav',
      '',
      'RIFF\u0000\u0000\u0000\u0000WAVE',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(line, fc.string({ maxLength: 40 })), { maxLength: 14 }), async (lines) => {
        const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
        const answer = await server.request('POST', '/api/v1/recordings/upload', { headers, body: lines.join('\r\n') });
        expect(answer.status === 507 || answer.status < 500).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect((await server.request('GET', '/api/v1/server')).status).toBe(200);
  });
});
