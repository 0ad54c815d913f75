import { createHash } from 'node:crypto';
import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import { openWavHeader } from '../../engine/containers/wav.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-whole-'));
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const audio = Buffer.concat([
  openWavHeader({ sampleRate: 8000, channels: 1, bitDepth: 16 }),
  Buffer.from(Array.from({ length: 60 }, (_, at) => (at * 7) & 0xff)),
]);
const sha256 = createHash('sha256').update(audio).digest('hex');
const type = 'multipart/form-data; boundary=edge';

/** A form with these fields before and behind the file. */
function form(before: Readonly<Record<string, string>>, behind: Readonly<Record<string, string>> = {}): Buffer {
  const texts = (fields: Readonly<Record<string, string>>): string[] =>
    Object.entries(fields).map(
      ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
  const disposition = 'Content-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav';
  const head = `${texts(before).join('')}--edge\r\n${disposition}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), audio, Buffer.from(`\r\n${texts(behind).join('')}--edge--\r\n`)]);
}

const send = (body: Buffer): Promise<Answer> =>
  server.request('POST', '/api/v1/recordings/upload', { body, headers: { 'content-type': type } });

async function sessionsOf(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await server.json('GET', `/upload/session?client_recording=${name}`);
  return body['sessions'] as Readonly<Record<string, unknown>>[];
}

describe('a whole file with its digest', () => {
  it('is taken, wherever in the form the digest is, and the answer has the digest of what came', async () => {
    const came = { bytes_received: audio.length, content_sha256: sha256 };
    const size = String(audio.length);
    for (const body of [
      form({ client_recording: 'one', file_size: size }, { sha256 }),
      form({ client_recording: 'two', sha256: sha256.toUpperCase() }),
      // A client of before, and Speakr's.
      form({ client_recording: 'three' }),
    ]) {
      const answer = await send(body);
      expect(answer).toMatchObject({ status: 202, body: came });
      expect(answer.body['metadata']).toBeUndefined();
    }
  });

  it('is refused when it is another one, and nothing of it is kept', async () => {
    const other = createHash('sha256').update('other').digest('hex');
    for (const [fields, code] of [
      [{ sha256: other }, 'digest_mismatch'],
      [{ sha256: 'none' }, 'digest_malformed'],
      [{ file_size: String(audio.length - 1) }, 'size_mismatch'],
    ] as const) {
      const answer = await send(form({ client_recording: code }, fields));
      expect(answer).toMatchObject({ status: 400, body: { code } });
      const sessions = await sessionsOf(code);
      expect(sessions.map(({ status }) => status)).toEqual(sessions.map(() => 'aborted'));
      for (const { session_id: id } of sessions) {
        expect(await readdir(join(folder, '_sessions'))).not.toContain(id);
      }
    }
  });

  it('is never taken with a byte that is turned, missing or doubled, wherever that is', async () => {
    const whole = form({ client_recording: 'any', title: 'Any', file_size: String(audio.length) }, { sha256 });
    const damages = [
      (at: number) =>
        Buffer.concat([whole.subarray(0, at), Buffer.from([(whole[at] ?? 0) ^ 1]), whole.subarray(at + 1)]),
      (at: number) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]),
      (at: number) => Buffer.concat([whole.subarray(0, at + 1), whole.subarray(at)]),
    ];
    const told = new Map<string, number>();
    for (let at = 0; at < whole.length; at += 5) {
      const answer = await send(damages[at % damages.length]?.(at) ?? whole);
      // What is not audio may be another title, or be left out.
      if (answer.status === 202) expect([at, answer.body['content_sha256']]).toEqual([at, sha256]);
      else expect([at, answer.status]).toEqual([at, 400]);
      const code = String(answer.body['code'] ?? answer.status);
      told.set(code, (told.get(code) ?? 0) + 1);
    }
    expect(told.get('digest_mismatch')).toBeGreaterThanOrEqual(Math.floor(audio.length / 5));
    expect(told.get('size_mismatch')).toBeGreaterThan(0);
  });

  it('is not kept when its sender is gone before the form has ended', async () => {
    const body = form({ client_recording: 'cut', file_size: String(audio.length) }, { sha256 });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const head = [
      'POST /api/v1/recordings/upload HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${server.token}`,
      `Content-Type: ${type}`,
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(body.subarray(0, body.length - 20));
    const received = async () => (await sessionsOf('cut')).map(({ chunk_count: chunks }) => chunks);
    await expect.poll(received).toEqual([1]);
    socket.destroy();
    const states = async () => (await sessionsOf('cut')).map(({ status }) => status);
    await expect.poll(states).toEqual(['aborted']);
  });
});
