import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWavHeader } from '../../test/support/openWav.ts';
import { makeSmallDisk, type SmallDisk } from '../../test/support/smallDisk.ts';
import { startTestServer, type TestServer } from '../../test/support/testServer.ts';

/** A file system of its own: what it has not written to its disk yet is what a power cut takes. */
const disk = makeSmallDisk(64);
const disks: SmallDisk[] = disk ? [disk] : [];
const servers: TestServer[] = [];

afterAll(async () => {
  for (const server of servers) await server.close();
  for (const one of disks) one.remove();
});

async function start(on: SmallDisk): Promise<TestServer> {
  const server = await startTestServer(join(on.path, 'data'));
  servers.push(server);
  return server;
}

const digestOf = (bytes: Uint8Array): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
const send = (server: TestServer, id: string, index: number, bytes: Uint8Array) =>
  server.chunk(id, index, bytes, { 'content-digest': digestOf(bytes) });
const finalize = async (server: TestServer, id: string): Promise<number> =>
  Number((await server.json('POST', `/upload/session/${id}/finalize`, {})).body['recording_id']);

async function samplesOf(server: TestServer, recording: number): Promise<Buffer> {
  await expect
    .poll(async () => (await server.json('GET', `/api/v1/recordings/${recording}/status`)).body['status'], {
      timeout: 60_000,
    })
    .toBe('COMPLETED');
  const answer = await fetch(`${server.url}/api/v1/recordings/${recording}/download`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  return Buffer.from(await answer.arrayBuffer()).subarray(44);
}

/** Half of a chunk, and then nothing. */
async function sendHalf({ url, token }: TestServer, id: string, index: number): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = [`POST /upload/session/${id}/chunks/${index} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${token}`];
  socket.write([...lines, 'Content-Length: 5000', '', 'half'].join('\r\n'));
  return socket;
}

it.skipIf(!disk)('a power cut takes nothing that was acknowledged', async () => {
  if (!disk) return;
  const before = await start(disk);
  const pieces = Array.from({ length: 8 }, (_, at) => (at === 0 ? openWavHeader() : randomBytes(20_000 + 2 * at)));
  const ended = await before.open({ mime_type: 'audio/wav', out_of_order: true });
  for (const [at, bytes] of pieces.entries()) expect((await send(before, ended, at + 1, bytes)).status).toBe(204);
  const recording = await finalize(before, ended);
  await samplesOf(before, recording);
  const open = await before.open({ mime_type: 'audio/wav', out_of_order: true });
  // All at once: those of a folder are synced together.
  for (let from = 0; from < pieces.length; from += 4) {
    const batch = pieces.slice(from, from + 4).map((bytes, at) => send(before, open, from + at + 1, bytes));
    for (const answer of await Promise.all(batch)) expect(answer.status).toBe(204);
  }
  const unheard = await before.open({ mime_type: 'audio/wav' });
  const half = await sendHalf(before, unheard, 1);
  const token = await before.addUser('late@example.org');
  await writeFile(join(disk.path, 'unsynced'), 'gone');

  const cut = disk.afterPowerCut();
  disks.push(cut);
  half.destroy();
  const forgotten = join(cut.path, 'unsynced');
  expect(existsSync(forgotten) && readFileSync(forgotten, 'utf8') === 'gone').toBe(false);
  const after = await start(cut);
  const samples = Buffer.concat(pieces.slice(1));
  expect((await samplesOf(after, recording)).equals(samples)).toBe(true);
  const session = (await after.json('GET', `/upload/session/${open}`)).body;
  expect(session).toMatchObject({ status: 'recording', chunk_count: pieces.length, missing: [] });
  for (const [at, bytes] of pieces.entries()) {
    const { body } = await after.json('GET', `/upload/session/${open}/chunks/${at + 1}/digest`);
    expect(body).toMatchObject({ bytes: bytes.length, digest: digestOf(bytes) });
  }
  expect((await samplesOf(after, await finalize(after, open))).equals(samples)).toBe(true);
  expect((await after.json('GET', `/upload/session/${unheard}`)).body).toMatchObject({ chunk_count: 0 });
  const me = await after.request('GET', '/api/v1/users/me', { headers: { authorization: `Bearer ${token}` } });
  expect(me.body['email']).toBe('late@example.org');
});
