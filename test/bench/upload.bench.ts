import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorText } from '../../src/shared/errors.ts';
import type { TargetDraft } from '../../src/shared/domain/target.ts';
import type { Upload } from '../../src/shared/domain/upload.ts';
import type { RecordingId, TargetId } from '../../src/shared/units.ts';
import { FaultProxy } from '../support/faultProxy.ts';
import { encode, MP3_128 } from '../support/ffmpeg.ts';
import { SessionServerProcess } from '../support/sessionServer.ts';
import { TestStudio } from '../support/studio.ts';
import { figures } from './support/figures.ts';
import { tellResult } from './support/result.ts';

const run = promisify(execFile);
const ROUNDS = 5;
/** Of 48 kHz stereo, 346 MB. */
const WAV_SECONDS = 1800;
const CHUNK_SECONDS = 2;
const LIVE_SECONDS = 30;
const LIVE_SOURCES = 4;
const OUTAGE_SOURCES = 8;
const OUTAGE_SECONDS = 1800;
const SESSIONS = 200;
const CHUNKS_EACH = 15;
const CHUNK_BYTES = 64_000;
/** What is asked for: four fifths of curl's speed, and every sample there within a chunk and a second. */
const LEAST_OF_CURL = 0.8;
const MB = 1e6;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;

let server: SessionServerProcess;

beforeAll(async () => {
  server = await SessionServerProcess.start({
    env: {
      LONGTAKE_SERVER_REQUESTS_PER_HOUR: '0',
      LONGTAKE_SERVER_REQUESTS_PER_DAY: '0',
      RECORDING_SESSION_MAX_BYTES_PER_USER: String(1e12),
      RECORDING_SESSION_MAX_CHUNK_BYTES: String(1e9),
    },
  });
});
afterAll(() => server.remove());

const draft = (url: string): TargetDraft => ({
  kind: 'longtake-server',
  name: 'Server',
  enabled: true,
  url,
  auth: 'token',
  chunkSeconds: CHUNK_SECONDS,
  secret: server.token,
});

async function target(studio: TestStudio, url: string): Promise<TargetId> {
  return (await studio.studio.handlers['targets.add'](draft(url))).target.id;
}

/**
 * Uploads recordings from before; returns how long it took until every byte was acknowledged and the target was told
 * that this is all, s. `settle`: waits until the target has made its recordings, which is not counted.
 */
async function uploaded(
  studio: TestStudio,
  ids: readonly RecordingId[],
  to: TargetId,
  { settle = false } = {},
): Promise<number> {
  /** When each was accepted, ms since 1970 UTC: news of it come together, up to half a second later. */
  const safe = new Map<string, number>();
  const done = new Map<string, number>();
  let told: () => void = () => undefined;
  const end = studio.studio.onEvent((name, payload) => {
    if (name !== 'uploads.changed') return;
    for (const { targetId, bytes, state, recordingId, updatedAt } of (payload as { uploads: Upload[] }).uploads) {
      if (targetId !== to || bytes === 0) continue;
      if ((state === 'processing' || state === 'done') && !safe.has(recordingId)) safe.set(recordingId, updatedAt);
      if (state === 'done') done.set(recordingId, updatedAt);
    }
    told();
  });
  const until = async (all: ReadonlyMap<string, number>): Promise<void> => {
    while (!ids.every((id) => all.has(id))) await new Promise<void>((resolve) => (told = resolve));
  };
  // A new file's envelope is made at the same time, otherwise, which curl has not to share the processors with.
  const { handlers } = studio.studio;
  await expect
    .poll(async () => (await handlers['analysis.state']({})).waiting, { timeout: 300_000, interval: 250 })
    .toBe(0);
  const from = Date.now();
  await handlers['uploads.start']({ recordingIds: [...ids], targetIds: [to] });
  await until(safe);
  const seconds = (Math.max(...safe.values()) - from) / 1000;
  if (settle) await until(done);
  end();
  return seconds;
}

/** The same with curl: a session is opened, the file goes as its one chunk, and the session is finalized; s. */
async function curled(path: string): Promise<number> {
  const json = { 'content-type': 'application/json' };
  const from = performance.now();
  const opened = await server.fetch('/upload/session', {
    method: 'POST',
    headers: json,
    body: '{"mime_type":"audio/wav"}',
  });
  const { session_id: id } = (await opened.json()) as { session_id: string };
  const args = ['-sS', '-f', '-X', 'POST', '-T', path, '-H', `Authorization: Bearer ${server.token}`];
  const type = ['-H', 'Content-Type: application/octet-stream', '-H', 'Expect:'];
  await run('curl', [...args, ...type, `${server.url}/upload/session/${id}/chunks/1`]);
  const ended = await server.fetch(`/upload/session/${id}/finalize`, { method: 'POST', headers: json, body: '{}' });
  const seconds = (performance.now() - from) / 1000;
  const { recording_id: recording } = (await ended.json()) as { recording_id: number };
  // What the server does with it afterwards is nobody's measure, and must not be in the next one.
  await expect
    .poll(
      async () => (await (await server.fetch(`/api/v1/recordings/${recording}/status`)).json()) as { status: string },
      {
        timeout: 300_000,
        interval: 250,
      },
    )
    .toMatchObject({ status: 'COMPLETED' });
  await server.fetch(`/api/v1/recordings/${recording}`, { method: 'DELETE' });
  return seconds;
}

/** Files that a studio finds when it starts, as if it had recorded them. */
async function studioWith(files: Readonly<Record<string, (path: string) => Promise<void>>>): Promise<TestStudio> {
  const studio = await TestStudio.start();
  await mkdir(studio.recordingsFolder, { recursive: true });
  for (const [name, make] of Object.entries(files)) await make(join(studio.recordingsFolder, name));
  // It may just be at the scan of its start.
  const scan = async (): Promise<unknown> => studio.studio.handlers['library.rescan']({});
  await expect.poll(() => scan().then(() => 'scanned', errorText)).toBe('scanned');
  return studio;
}

async function idsOf(studio: TestStudio): Promise<RecordingId[]> {
  const { handlers } = studio.studio;
  const days = await handlers['library.days']({ limit: 10 });
  const pages = await Promise.all(
    days.map(({ day }) => handlers['library.recordings']({ day, offset: 0, limit: 100 })),
  );
  return pages.flatMap(({ recordings }) => recordings.map(({ id }) => id));
}

test('a backlog goes nearly as fast as curl sends the same file', async () => {
  const ours: number[] = [];
  const curls: number[] = [];
  const made = join(server.folder, 'made.wav');
  await encode(made, { duration: WAV_SECONDS, rate: 48_000, channels: 2, encoder: ['-c:a', 'pcm_s16le'] });
  for (let round = 0; round < ROUNDS; round += 1) {
    const studio = await studioWith({ 'a.wav': (path) => copyFile(made, path) });
    const path = join(studio.recordingsFolder, 'a.wav');
    const { size } = await stat(path);
    const ids = await idsOf(studio);
    expect(ids).toHaveLength(1);
    ours.push(size / MB / (await uploaded(studio, ids, await target(studio, server.url), { settle: true })));
    curls.push(size / MB / (await curled(path)));
    console.log(`  ${ours.at(-1)?.toFixed(0)} MB/s, curl ${curls.at(-1)?.toFixed(0)} MB/s`);
    await studio.dispose();
  }
  const ratios = ours.map((speed, round) => speed / (curls[round] ?? NaN));
  const ratio = median(ratios);
  console.log(
    `Backlog, ${WAV_SECONDS} s of WAV in chunks with digests: ${spread(ours)} MB/s; curl -T, one chunk: ` +
      `${spread(curls)} MB/s, both from opening to finalize; ratio ${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
  await tellResult({ bench: 'upload-throughput', megabytesPerSecond: ours, curl: curls, ratio, aim: LEAST_OF_CURL });
});

test('what is captured is acknowledged within a chunk and a second', async () => {
  const proxy = await FaultProxy.start(server.url);
  const studio = await TestStudio.start({ settings: { splitSeconds: 3600 } });
  const to = await target(studio, proxy.url);
  /** When each chunk was acknowledged, and how much there was of its session then. */
  const acknowledged = new Map<string, { at: number; bytes: number }[]>();
  proxy.onAnswer = ({ path, status, sent }) => {
    const [, session = ''] = /^\/upload\/session\/([^/]+)\/chunks\//.exec(path) ?? [];
    if (session === '' || status !== 204) return;
    const known = acknowledged.get(session) ?? [];
    known.push({ at: Date.now(), bytes: (known.at(-1)?.bytes ?? 0) + sent });
    acknowledged.set(session, known);
  };
  for (let number = 1; number <= LIVE_SOURCES; number += 1) {
    await studio.addAndArm({
      kind: 'generator',
      name: `Source ${number}`,
      programme: 'mixed',
      seed: number,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 2,
      targets: [to],
    });
  }
  const starts = (): number[] => [...studio.recordings.values()].map(({ startedAt }) => startedAt);
  await studio.until('all sources record', () => starts().length === LIVE_SOURCES);
  const until = Date.now() + LIVE_SECONDS * 1000;
  await studio.until('the time is over', () => Date.now() >= until);
  const bytesPerMs = (48_000 * 4) / 1000;
  const delays: number[] = [];
  const begun = starts().toSorted((a, b) => a - b);
  for (const chunks of acknowledged.values()) {
    // Sources begin within some ms of each other: the earliest start makes no delay shorter than it was.
    const startedAt = begun[0] ?? 0;
    let before = 0;
    for (const { at, bytes } of chunks) {
      for (let sample = before; sample < bytes; sample += bytesPerMs * 100)
        delays.push(at - (startedAt + sample / bytesPerMs));
      before = bytes;
    }
  }
  const { p50, p95, max } = figures(delays);
  const limit = (CHUNK_SECONDS + 1) * 1000;
  console.log(
    `Captured to acknowledged, ${LIVE_SOURCES} sources, chunks of ${CHUNK_SECONDS} s: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, at most ${max.toFixed(0)} ms (aim p95 ${limit} ms)`,
  );
  expect(acknowledged.size).toBe(LIVE_SOURCES);
  await tellResult({ bench: 'upload-latency', p50, p95, max, limit });
  await studio.dispose();
  await proxy.close();
});

test('an outage is made up for', async () => {
  const files = Object.fromEntries(
    Array.from({ length: OUTAGE_SOURCES }, (_, at) => [
      `source-${at}.mp3`,
      (path: string) => encode(path, { ...MP3_128, duration: OUTAGE_SECONDS }),
    ]),
  );
  const studio = await studioWith(files);
  const ids = await idsOf(studio);
  const seconds = await uploaded(studio, ids, await target(studio, server.url));
  const bytes = (await Promise.all(Object.keys(files).map((name) => stat(join(studio.recordingsFolder, name))))).reduce(
    (sum, { size }) => sum + size,
    0,
  );
  console.log(
    `Backlog of ${OUTAGE_SOURCES} sources after ${OUTAGE_SECONDS / 60} min: ${(bytes / MB).toFixed(0)} MB in ${seconds.toFixed(1)} s`,
  );
  expect(ids).toHaveLength(OUTAGE_SOURCES);
  await tellResult({ bench: 'upload-drain', sources: OUTAGE_SOURCES, bytes, seconds });
  await studio.dispose();
});

test('the server takes chunks of many sessions at once in flat memory', async () => {
  const body = randomBytes(CHUNK_BYTES);
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const open = async (): Promise<string> => {
    const answer = await server.fetch('/upload/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mime_type: 'audio/ogg' }),
    });
    return ((await answer.json()) as { session_id: string }).session_id;
  };
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, open));
  const memory: number[] = [];
  const from = performance.now();
  for (let index = 1; index <= CHUNKS_EACH; index += 1) {
    await Promise.all(
      sessions.map(async (id) => {
        const answer = await server.fetch(`/upload/session/${id}/chunks/${index}`, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream', 'content-digest': digest },
          body,
        });
        expect(answer.status).toBe(204);
      }),
    );
    memory.push(await residentMiB());
  }
  const perSecond = (SESSIONS * CHUNKS_EACH) / ((performance.now() - from) / 1000);
  const [first = 0] = memory;
  const last = memory.at(-1) ?? 0;
  console.log(
    `Server, ${SESSIONS} sessions at once: ${perSecond.toFixed(0)} chunks of ${CHUNK_BYTES / 1000} kB/s, each on disk ` +
      `before its answer; memory ${first.toFixed(0)} to ${last.toFixed(0)} MiB, at most ${Math.max(...memory).toFixed(0)}`,
  );
  await tellResult({ bench: 'upload-server', sessions: SESSIONS, chunksPerSecond: perSecond, memoryMiB: memory });
});

async function residentMiB(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}
