import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWavHeader } from '../support/openWav.ts';
import { SessionServerProcess } from '../support/sessionServer.ts';
import { makeSmallDisk } from '../support/smallDisk.ts';

const run = promisify(execFile);
const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');
const NO_LIMITS = { LONGTAKE_SERVER_REQUESTS_PER_HOUR: '0', LONGTAKE_SERVER_REQUESTS_PER_DAY: '0' };
const KILLS = 4;

type Body = Readonly<Record<string, unknown>>;

const bodyOf = async (answer: Promise<Response>): Promise<Body> => (await (await answer).json()) as Body;

const post = (server: SessionServerProcess, path: string, body: Body): Promise<Response> =>
  server.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

const send = (server: SessionServerProcess, id: string, index: number, bytes: Uint8Array): Promise<Response> =>
  server.fetch(`/upload/session/${id}/chunks/${index}`, {
    method: 'POST',
    body: Uint8Array.from(bytes),
    headers: { 'content-type': 'application/octet-stream' },
  });

const open = async (server: SessionServerProcess, mimeType: string): Promise<string> =>
  String((await bodyOf(post(server, '/upload/session', { mime_type: mimeType })))['session_id']);

async function settled(server: SessionServerProcess, id: unknown): Promise<Body> {
  const look = (): Promise<Body> => bodyOf(server.fetch(`/api/v1/recordings/${String(id)}`));
  await expect.poll(async () => (await look())['status']).not.toBe('STITCHING');
  return look();
}

async function download(server: SessionServerProcess, id: unknown): Promise<Buffer> {
  const answer = await server.fetch(`/api/v1/recordings/${String(id)}/download`);
  return Buffer.from(await answer.arrayBuffer());
}

describe('the session server as a program', () => {
  let server: SessionServerProcess;
  beforeAll(async () => {
    server = await SessionServerProcess.start({ env: NO_LIMITS });
  });
  afterAll(() => server.remove());

  it('tells its address and, once, the token of its admin', async () => {
    const { token } = server;
    expect(await bodyOf(server.fetch('/api/v1/server'))).toMatchObject({ name: 'longtake-server' });
    expect(await bodyOf(server.fetch('/api/v1/users/me'))).toMatchObject({ is_admin: true });
    await server.stop();
    server.token = '';
    await server.start();
    expect(server.token).toBe('');
    server.token = token;
    expect((await server.fetch('/api/v1/users/me')).status).toBe(200);
  });

  it('gets users by command while it runs', async () => {
    const user = async (...parameters: string[]): Promise<string> =>
      (await run(process.execPath, [PROGRAM, 'serve-sessions', '--data', server.folder, 'user', ...parameters])).stdout;
    const token = /lt_\S+/.exec(await user('add', 'anna@example.org'))?.[0] ?? '';
    const asAnna = { headers: { authorization: `Bearer ${token}` } };
    expect(await bodyOf(server.fetch('/api/v1/users/me', asAnna))).toMatchObject({ email: 'anna@example.org' });
    expect(await user('list')).toContain('anna@example.org  owner, no password');
    await user('token', 'anna@example.org', '--revoke', token);
    expect((await server.fetch('/api/v1/users/me', asAnna)).status).toBe(302);
    await user('remove', 'anna@example.org');
    await expect(user('token', 'anna@example.org')).rejects.toMatchObject({ code: 1 });
  });

  it('loses no acknowledged byte, whenever it is killed', async () => {
    const id = await open(server, 'audio/wav');
    const chunks = [openWavHeader(), ...Array.from({ length: 70 }, () => randomBytes(20_000))];
    let acknowledged = 0;
    for (let kills = 0; acknowledged < chunks.length;) {
      if (kills < KILLS && acknowledged >= 15 * (kills + 1)) {
        kills += 1;
        // While it writes what comes.
        const lost = send(server, id, acknowledged + 1, chunks[acknowledged] ?? Buffer.alloc(0)).catch(() => undefined);
        await server.kill();
        if ((await lost)?.status === 204) acknowledged += 1;
        await server.start();
        const session = await bodyOf(server.fetch(`/upload/session/${id}`));
        expect(session['chunk_count']).toBeGreaterThanOrEqual(acknowledged);
        acknowledged = Number(session['chunk_count']);
      } else {
        const answer = await send(server, id, acknowledged + 1, chunks[acknowledged] ?? Buffer.alloc(0));
        expect(answer.status).toBe(204);
        acknowledged += 1;
      }
    }
    const { recording_id } = await bodyOf(post(server, `/upload/session/${id}/finalize`, {}));
    await server.kill();
    await server.start();
    expect(await settled(server, recording_id)).toMatchObject({ status: 'COMPLETED' });
    const bytes = await download(server, recording_id);
    expect(bytes.subarray(44).equals(Buffer.concat(chunks.slice(1)))).toBe(true);
  });

  it('says what to do when ffmpeg is missing, and keeps the chunks', async () => {
    const source = join(server.folder, 'source.webm');
    const input = ['-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'libopus'];
    await run('ffmpeg', ['-v', 'error', ...input, source]);
    await server.stop();
    await server.start({ PATH: '/nonexistent', LONGTAKE_FFMPEG: '' });
    const id = await open(server, 'audio/webm');
    await send(server, id, 1, await readFile(source));
    const { recording_id } = await bodyOf(post(server, `/upload/session/${id}/finalize`, {}));
    const failed = await settled(server, recording_id);
    expect(failed).toMatchObject({ status: 'FAILED', transcription: expect.stringMatching(/all are kept.*ffmpeg/) });
    await server.stop();
    await server.start();
    expect((await post(server, `/api/v1/recordings/${String(recording_id)}/retry`, {})).status).toBe(202);
    expect(await settled(server, recording_id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is alone in its folder, by whatever path that is named', async () => {
    const path = `${server.folder}-link`;
    await symlink(server.folder, path);
    const env = { ...process.env, TMPDIR: join(server.folder, 'elsewhere') };
    const second = run(process.execPath, [PROGRAM, 'serve-sessions', '--data', path, '--port', '0'], { env });
    await expect(second).rejects.toMatchObject({ code: 5, stderr: expect.stringContaining('runs on') });
    await rm(path);
  });

  it('tells every setting that is wrong, and does not start', async () => {
    const env = {
      ...process.env,
      RECORDING_MAX_HOURS: 'many',
      LONGTAKE_SERVER_PORT: '-1',
      RECORDING_EXPIRATION_DAYS: '0',
    };
    const failed = run(process.execPath, [PROGRAM, 'serve-sessions', '--data', server.folder], { env });
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/LONGTAKE_SERVER_PORT is "-1"[\s\S]*RECORDING_MAX_HOURS is "many"/),
    });
  });
});

const disk = makeSmallDisk(24);

describe.skipIf(!disk)('the session server on a full disk', () => {
  let server: SessionServerProcess;
  let outside: string;
  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'longtake-full-'));
    const folder = join(disk?.path ?? outside, 'data');
    await mkdir(folder);
    const env = { ...NO_LIMITS, RECORDING_SESSION_MAX_CHUNK_BYTES: '1000000' };
    server = await SessionServerProcess.start({ env, folder });
  });
  afterAll(async () => {
    await server.remove();
    disk?.remove();
    await rm(outside, { recursive: true, force: true });
  });

  it('refuses, keeps what it has, and goes on when there is room', async () => {
    const id = await open(server, 'audio/wav');
    const chunks = [openWavHeader(), ...Array.from({ length: 60 }, () => randomBytes(500_000))];
    let stored = 0;
    let refused: Response | undefined;
    while (stored < chunks.length && !refused) {
      const answer = await send(server, id, stored + 1, chunks[stored] ?? Buffer.alloc(0));
      if (answer.status === 204) stored += 1;
      else refused = answer;
    }
    expect(refused?.status).toBe(503);
    expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
    // To the last byte, as other programs fill it.
    const filler = join(disk?.path ?? outside, 'filler');
    await writeFile(filler, Buffer.alloc(30_000_000)).catch(() => undefined);
    expect((await send(server, id, stored + 1, randomBytes(300_000))).status).toBe(503);
    await server.kill();
    await rm(filler);
    await server.start();
    const session = await bodyOf(server.fetch(`/upload/session/${id}`));
    expect(session).toMatchObject({ status: 'recording', chunk_count: stored });
    const { recording_id } = await bodyOf(post(server, `/upload/session/${id}/finalize`, {}));
    // Together they would need more than there is: the recording waits, and what came stays.
    await expect.poll(() => server.log).toContain('is tried again');
    expect(await bodyOf(server.fetch(`/api/v1/recordings/${String(recording_id)}`))).toMatchObject({
      status: 'STITCHING',
    });
    expect(await bodyOf(server.fetch(`/upload/session/${id}`))).toMatchObject({
      status: 'finalizing',
      chunk_count: stored,
    });
  });
});
