import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tool, writeSignal } from '../../../../test/support/codedAudio.ts';
import { FaultProxy } from '../../../../test/support/faultProxy.ts';
import { decode } from '../../../../test/support/ffmpeg.ts';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { Servers } from '../../../../test/support/servers.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { startTestServer, type TestServer } from '../../../../test/support/testServer.ts';
import { TurnedClock } from '../../../../test/support/turnedClock.ts';
import { wholeOf } from '../../../../test/support/wholeOf.ts';
import { targetSchema } from '../../../shared/domain/target.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import type { Body } from '../body.ts';
import { createOpenBody } from '../bodies/openBody.ts';
import { createDriver } from '../createDriver.ts';
import type { Chunk, Driver, UploadMeta, WholeFile } from '../driver.ts';

const { signal } = new AbortController();
let folder = '';
let server: TestServer;
let wav: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-driver-'));
  server = await startTestServer(join(folder, 'server'));
  await writeSignal(join(folder, 'a.wav'), { rate: 44_100, channels: 2, duration: 2 });
  wav = await readFile(join(folder, 'a.wav'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function driverOf(kind: 'longtake-server' | 'speakr', url = server.url): Driver {
  const target = {
    id: '0f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11',
    kind,
    name: 'Server',
    enabled: true,
    url,
    auth: 'token',
    ...(kind === 'speakr' ? { flacAs: 'wav' } : {}),
  };
  return createDriver(targetSchema.parse(target), {
    secret: () => Promise.resolve(server.token),
    clock: new TurnedClock('2026-11-21T10:00:00Z'),
    log: silentLog,
  });
}

const meta = (mimeType: string, change = {}): UploadMeta => ({
  recording: makeRecording({ offsetMinutes: 60, ...change }),
  fileName: 'a.wav',
  mimeType,
  part: 1,
});

function chunk(index: number, bytes: Uint8Array): Chunk {
  return { index, bytes, sha256: createHash('sha256').update(bytes).digest() };
}

async function finished(driver: Driver, id: string) {
  for (;;) {
    const progress = await driver.follow(id, signal);
    if (progress.state !== 'processing') return progress;
  }
}

async function chunksOf(body: Body, most: number): Promise<Chunk[]> {
  const { bytes } = await body.stable();
  const chunks: Chunk[] = [];
  for (let at = 0; at < bytes;) {
    const limit = Math.min(bytes, at + most);
    const to = (await body.cut?.(at, limit)) ?? limit;
    const pieces: Uint8Array[] = [];
    for await (const piece of body.read(at, to)) pieces.push(Uint8Array.from(piece));
    chunks.push(chunk(chunks.length + 1, Buffer.concat(pieces)));
    at = to;
  }
  return chunks;
}

const recipes = {
  wav: { container: 'wav', args: ['-c:a', 'pcm_s16le'] },
  flac: { container: 'flac', args: ['-c:a', 'flac'] },
  aac: { container: 'adts', args: ['-c:a', 'aac', '-b:a', '96k'] },
  mp3: { container: 'mp3', args: ['-b:a', '128k', '-write_xing', '0'] },
  ogg: { container: 'ogg', args: ['-c:a', 'libopus'] },
} as const;

/** Sends a file of this kind in chunks; returns what ffmpeg decodes here and from the server. */
async function sent(kind: 'longtake-server' | 'speakr', extension: keyof typeof recipes) {
  const { container, args } = recipes[extension];
  const file = join(folder, `${kind}.${extension}`);
  await tool('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'a.wav'), ...args, file]);
  const driver = driverOf(kind);
  const recording = makeRecording({ container });
  const openBody = createOpenBody({
    fileSystem: nodeFileSystem,
    loadFlac: loadFlacLibrary,
    encoder: { encode: () => Promise.reject(new Error('not here')) },
  });
  const source = { recording, file: () => file, live: () => false, from: 0, spoolFolder: folder };
  const body = await openBody(source, driver.form(recording));
  const { sessionId, digests } = await driver.open(meta(body.mimeType), signal);
  expect(digests).toBe(kind === 'longtake-server');
  const chunks = await chunksOf(body, 60_000);
  for (const one of chunks) expect(await driver.send(sessionId, one, signal)).toEqual({ type: 'stored' });
  const totals = { chunks: chunks.length, bytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  const result = await driver.finalize(sessionId, totals, meta(body.mimeType), signal);
  if (result.type !== 'accepted') throw new Error(`It was not accepted: ${result.type}`);
  expect(await finished(driver, result.recordingId)).toMatchObject({ state: 'completed' });
  const received = join(folder, `received-${kind}.${extension}`);
  const answer = await fetch(`${server.url}/api/v1/recordings/${result.recordingId}/download`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  await writeFile(received, Buffer.from(await answer.arrayBuffer()));
  await driver.close();
  return Promise.all([decode(file), decode(received)]);
}

test.each([
  ['longtake-server', ['wav', 'flac', 'aac', 'mp3', 'ogg']],
  // In another form: WAV and MP4.
  ['speakr', ['flac', 'aac']],
] as const)(
  'what the driver for %s sends arrives with every sample',
  async (kind, extensions) => {
    const all = await Promise.all(extensions.map((extension) => sent(kind, extension)));
    for (const [here, there] of all) {
      expect(there.complaints).toBe('');
      expect(there.pcm.equals(here.pcm)).toBe(true);
    }
  },
  90_000,
);

test('tells who it is, and that another server is none', async () => {
  expect(await driverOf('longtake-server').probe(signal)).toContain('runs Longtake server');
  const elsewhere = driverOf('longtake-server', `${server.url}/elsewhere`);
  await expect(elsewhere.probe(signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

describe('sessions', () => {
  test('take chunks in any order, know what is missing, and finish when they have all', async () => {
    const driver = driverOf('longtake-server');
    const opened = await driver.open(meta('audio/wav'), signal);
    expect(opened).toMatchObject({ maxInFlight: 8, digests: true });
    expect(opened.liveLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/live\//);
    const { sessionId } = opened;
    const size = Math.ceil(wav.length / 4);
    const chunks = [0, 1, 2, 3].map((at) => chunk(at + 1, wav.subarray(at * size, (at + 1) * size)));
    const [one, two, three, four] = chunks;
    if (!one || !two || !three || !four) throw new Error('no chunks');
    await Promise.all([four, one, two].map((each) => driver.send(sessionId, each, signal)));
    expect(await driver.look(sessionId, signal)).toMatchObject({ status: 'open', chunks: 3, expected: 3, ahead: [4] });
    const totals = { chunks: 4, bytes: wav.length };
    const missing = await driver.finalize(sessionId, totals, meta('audio/wav'), signal);
    expect(missing).toEqual({ type: 'missing', indexes: [3] });
    expect(await driver.send(sessionId, chunk(20, Buffer.from('x')), signal)).toEqual({ type: 'expected', index: 3 });
    expect(await driver.send(sessionId, three, signal)).toEqual({ type: 'stored' });
    expect(await driver.send(sessionId, three, signal)).toEqual({ type: 'stored' });
    const result = await driver.finalize(sessionId, totals, meta('audio/wav'), signal);
    expect(await driver.finalize(sessionId, totals, meta('audio/wav'), signal)).toEqual(result);
    expect(await driver.look(sessionId, signal)).toMatchObject({ recordingId: expect.stringMatching(/^\d+$/) });
    // What has ended takes nothing more, and says so when it is looked at.
    await expect(driver.send(sessionId, chunk(5, Buffer.from('x')), signal)).rejects.toMatchObject({
      code: 'UPLOAD_CONFLICT',
    });
  });

  test('refuse damaged and other bytes', async () => {
    const driver = driverOf('longtake-server');
    const { sessionId } = await driver.open(meta('audio/wav'), signal);
    const damaged = { ...chunk(1, Buffer.from('audio')), sha256: createHash('sha256').update('other').digest() };
    await expect(driver.send(sessionId, damaged, signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    await driver.send(sessionId, chunk(1, Buffer.from('audio')), signal);
    expect(await driver.send(sessionId, chunk(1, Buffer.from('other')), signal)).toMatchObject({ type: 'gone' });
    await expect(driver.finalize(sessionId, { chunks: 1, bytes: 4 }, meta('audio/wav'), signal)).rejects.toMatchObject({
      code: 'UPLOAD_CONFLICT',
    });
  });

  test('hear what becomes of the recording, and are discarded', async () => {
    const driver = driverOf('longtake-server');
    const { sessionId } = await driver.open(meta('audio/wav'), signal);
    await driver.beat?.(sessionId, 'paused', signal);
    const answer = await server.json('GET', `/upload/session/${sessionId}`);
    expect(answer.body).toMatchObject({ state: 'paused', title: 'Studio A 2026-11-21 10:00:00', source: 'Studio A' });
    await driver.discard(sessionId, signal);
    await driver.discard(sessionId, signal);
    expect(await driver.look(sessionId, signal)).toMatchObject({ status: 'gone' });
    await driver.beat?.(sessionId, 'recording', signal);
  });
});

describe('what the server has of a recording', () => {
  test('is found while its session is open, and once it is a recording', async () => {
    const driver = driverOf('longtake-server');
    const about = meta('audio/wav');
    expect(await driver.find?.(about, wav.length, signal)).toBeUndefined();
    const { sessionId } = await driver.open(about, signal);
    const half = Math.ceil(wav.length / 2);
    const chunks = [chunk(1, wav.subarray(0, half)), chunk(2, wav.subarray(half))];
    for (const each of chunks) await driver.send(sessionId, each, signal);
    expect(await driver.find?.(about, wav.length, signal)).toMatchObject({
      type: 'session',
      session: { sessionId, maxInFlight: 8, digests: true },
      chunks: chunks.map(({ bytes, sha256 }) => ({ bytes: bytes.length, sha256 })),
    });
    const result = await driver.finalize(sessionId, { chunks: 2, bytes: wav.length }, about, signal);
    if (result.type !== 'accepted') throw new Error(`It was not accepted: ${result.type}`);
    await finished(driver, result.recordingId);
    expect(await driver.find?.(about, wav.length, signal)).toEqual({
      type: 'recording',
      of: 'body',
      bytes: wav.length,
      recordingId: result.recordingId,
      link: result.link,
      sha256: createHash('sha256').update(wav).digest(),
    });
    expect(await driver.find?.({ ...about, part: 2 }, wav.length, signal)).toBeUndefined();
  });

  test('is one session for one try to open it', async () => {
    const driver = driverOf('longtake-server');
    const about = { ...meta('audio/wav'), key: 'a-try' };
    expect(await driver.opened?.('a-try', about, signal)).toBeUndefined();
    const { sessionId } = await driver.open(about, signal);
    expect(await driver.opened?.('a-try', about, signal)).toBe(sessionId);
    expect(await driver.open(about, signal)).toMatchObject({ sessionId });
    await driver.send(sessionId, chunk(1, wav.subarray(0, 100)), signal);
    expect(await driver.opened?.('a-try', about, signal)).toBeUndefined();
  });
});

describe('a file that goes whole', () => {
  const bytesOf = async (id: string): Promise<Buffer> => {
    const answer = await fetch(`${server.url}/api/v1/recordings/${id}/download`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    return Buffer.from(await answer.arrayBuffer());
  };
  const sessionsOf = async (about: UploadMeta): Promise<readonly unknown[]> => {
    const name = encodeURIComponent(`${about.recording.id}/1`);
    const { body } = await server.json('GET', `/upload/session?client_recording=${name}`);
    return body['sessions'] as unknown[];
  };

  /** What the server still works on is waited for, and not sent twice. */
  const sentAgain = async (driver: Driver, file: WholeFile, about: UploadMeta): Promise<string> => {
    for (;;) {
      try {
        return (await driver.whole(file, about, signal)).recordingId;
      } catch (error) {
        expect(error).toMatchObject({ code: 'UPLOAD_LIMIT' });
      }
    }
  };

  test('is there once, also when its answer was lost', async () => {
    const driver = driverOf('longtake-server');
    const about = meta('audio/wav');
    const { recordingId } = await driver.whole(wholeOf(wav), about, signal);
    const again = wholeOf(wav, { again: true, read: never });
    expect(await sentAgain(driver, again, about)).toBe(recordingId);
    expect(await finished(driver, recordingId)).toMatchObject({ state: 'completed' });
    const answer = await server.json('GET', `/api/v1/recordings/${recordingId}`);
    expect(answer.body).toMatchObject({ title: 'Studio A 2026-11-21 10:00:00', file_size: wav.length });
    expect((await bytesOf(recordingId)).equals(wav)).toBe(true);
    expect(await driver.find?.(about, wav.length, signal)).toMatchObject({ of: 'file', recordingId });
    const other = Buffer.from(wav);
    other[1000] = (other[1000] ?? 0) ^ 1;
    const another = await driver.whole(wholeOf(other, { again: true }), about, signal);
    expect(another.recordingId).not.toBe(recordingId);
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ['another byte', turned],
    ['a byte fewer', (body) => Buffer.concat([body.subarray(0, 5000), body.subarray(5001)])],
    ['a byte twice', (body) => Buffer.concat([body.subarray(0, 5001), body.subarray(5000)])],
    ['a byte of its end', (body) => turned(body, body.lastIndexOf('\r\n--longtake-', body.length - 100) + 5)],
  ])('is kept only as it is: %s', async (_what, turn) => {
    const proxy = await FaultProxy.start(server.url);
    proxy.choose = ({ path }) => (path.endsWith('/upload') ? 'wrong bytes' : undefined);
    proxy.turn = turn;
    const driver = driverOf('longtake-server', proxy.url);
    const about = meta('audio/wav');
    await expect(driver.whole(wholeOf(wav), about, signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    expect((await sessionsOf(about)).every((session) => String(Object(session).status) === 'aborted')).toBe(true);
    await driver.close();
    await proxy.close();
  });

  test('is still one of a Longtake server that is busy', async () => {
    const proxy = await FaultProxy.start(server.url);
    const driver = driverOf('longtake-server', proxy.url);
    proxy.choose = () => 'limit';
    await expect(driver.probe(signal)).rejects.toMatchObject({ code: 'UPLOAD_LIMIT' });
    proxy.choose = () => 'conflict';
    await expect(driver.probe(signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await driver.close();
    await proxy.close();
  });

  test('is not acknowledged where the server has other bytes and took them', async () => {
    const proxy = await FaultProxy.start(server.url);
    proxy.choose = ({ path }) => (path.endsWith('/upload') ? 'wrong bytes' : undefined);
    // As for a server that knows no digest of whole files.
    proxy.turn = (body) => turned(turned(body), body.indexOf('name="sha256"') + 7);
    const driver = driverOf('longtake-server', proxy.url);
    const about = meta('audio/wav');
    await expect(driver.whole(wholeOf(wav), about, signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    proxy.choose = () => undefined;
    const recordingId = await sentAgain(driver, wholeOf(wav, { again: true }), about);
    await finished(driver, recordingId);
    expect((await bytesOf(recordingId)).equals(wav)).toBe(true);
    await driver.close();
    await proxy.close();
  });
});

async function* never(): AsyncGenerator<Uint8Array> {
  await Promise.reject(new Error('It was sent again.'));
  yield new Uint8Array(0);
}

function turned(body: Buffer, at = Math.floor(body.length / 2)): Buffer {
  const copy = Buffer.from(body);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

test('a server that waits with what it has says why', async () => {
  const servers = new Servers();
  const status = { status: 'STITCHING', queue_position: 0, error_message: null };
  const url = await servers.serve((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...status, warning: 'The disk of the server is full.\nMake room there.' }));
  });
  const driver = driverOf('longtake-server', url);
  expect(await driver.follow('1', signal)).toMatchObject({
    state: 'processing',
    text: 'The server waits: The disk of the server is full. Make room there.',
  });
  await driver.close();
  await servers.close();
});
