import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tool, writeSignal } from '../../../../test/support/codedAudio.ts';
import { decode } from '../../../../test/support/ffmpeg.ts';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { FfmpegEncoder } from '../../clips/ffmpegEncoder.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import type { Body } from '../body.ts';
import { createOpenBody } from './openBody.ts';

const SECONDS = 6;
let folder = '';
let flac: Buffer;
const encoder = new FfmpegEncoder();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-spool-'));
  await writeSignal(join(folder, 'a.wav'), { rate: 44_100, channels: 2, duration: SECONDS });
  await tool('flac', ['-s', join(folder, 'a.wav'), '-o', join(folder, 'a.flac')]);
  flac = await readFile(join(folder, 'a.flac'));
});

afterAll(async () => {
  await encoder.dispose();
  await rm(folder, { recursive: true });
});

async function openOpus(path: string, live: () => boolean, using: FfmpegEncoder): Promise<Body> {
  const openBody = createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder: using });
  const format = { codec: 'flac', sampleRate: 44_100, channels: 2, bitDepth: 16 };
  const recording = makeRecording({ container: 'flac', format });
  const source = { recording, file: () => path, live, from: 0, spoolFolder: join(folder, 'spool') };
  return openBody(source, { kind: 'opus' });
}

async function wait(body: Body, until: (state: { bytes: number; ended: boolean }) => boolean): Promise<number> {
  for (;;) {
    const state = await body.stable();
    if (until(state)) return state.bytes;
    await setImmediate();
  }
}

async function readAll(body: Body, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.read(0, to)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

test('FLAC becomes Opus while it grows, and the same bytes once more after a kill', async () => {
  const path = join(folder, 'growing.flac');
  let live = true;
  await writeFile(path, flac.subarray(0, flac.length / 2));
  const body = await openOpus(path, () => live, encoder);
  const early = await wait(body, ({ bytes }) => bytes > 4000);
  const first = await readAll(body, early);
  await body.close();
  await expect.poll(() => encoder.running).toBe(0);

  const again = await openOpus(path, () => live, encoder);
  await wait(again, ({ bytes }) => bytes >= early);
  await writeFile(path, flac);
  live = false;
  const length = await wait(again, ({ ended }) => ended);
  const whole = await readAll(again, length);
  expect(whole.subarray(0, early).equals(first)).toBe(true);
  expect(again.durationMs(length)).toBeGreaterThan(SECONDS * 1000 - 100);
  const halfWay = await again.filePosition(length / 2);
  expect(halfWay).toBeGreaterThan(flac.length * 0.2);
  expect(halfWay).toBeLessThan(flac.length * 0.8);
  await again.close();

  const sent = join(folder, 'sent.opus');
  await writeFile(sent, whole);
  const { complaints, pcm } = await decode(sent);
  expect(complaints).toBe('');
  expect(pcm.length / 4 / 48_000).toBeCloseTo(SECONDS, 1);
  expect(await readdir(join(folder, 'spool'))).toEqual(['encoded.ogg']);
}, 60_000);

test('a store gets AAC that begins with the first sample of the recording, and is as long', async () => {
  const path = join(folder, 'clicks.wav');
  // A click of one sample each 0.25 s, from the very beginning on.
  const every = 12_000;
  const clicks = ['-f', 'lavfi', '-i', `aevalsrc=0.9*lt(mod(n\\,${every})\\,24):s=48000:d=5`];
  await tool('ffmpeg', ['-v', 'error', '-y', ...clicks, '-c:a', 'pcm_s16le', path]);
  const openBody = createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder });
  const recording = makeRecording({ container: 'wav', format: { codec: 'pcm', sampleRate: 48_000, channels: 1 } });
  const source = { recording, file: () => path, live: () => false, from: 0, spoolFolder: join(folder, 'cmaf') };
  const body = await openBody(source, { kind: 'cmaf', bitrate: 128_000 });
  const length = await wait(body, ({ ended }) => ended);
  expect(body.durationMs(length)).toBeGreaterThanOrEqual(5000);
  expect(body.durationMs(length)).toBeLessThan(5000 + 25);
  const sent = join(folder, 'sent.mp4');
  await writeFile(sent, await readAll(body, length));
  await body.close();
  // What lies before time zero is played by nobody; ffmpeg writes it out unless it is told so.
  const shown = ['-copyts', '-i', sent, '-af', 'atrim=start=0', '-f', 's16le', '-'];
  const { out: pcm, complaints } = await tool('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', ...shown]);
  expect(complaints).toBe('');
  const heard = new Int16Array(Uint8Array.from(pcm).buffer);
  expect(heard.length).toBeGreaterThanOrEqual(5 * 48_000);
  expect(heard.length).toBeLessThan(5 * 48_000 + 1024);
  for (let click = 1; click < 19; click += 1) {
    const around = heard.subarray(click * every - 2000, click * every + 2000);
    const loudest = around.reduce((best, value, at) => (Math.abs(value) > Math.abs(around[best] ?? 0) ? at : best), 0);
    expect(Math.abs(loudest - 2000 - 12)).toBeLessThan(40);
  }
}, 60_000);

test('an encoder that makes something else begins another session, and one that is missing is told', async () => {
  const path = join(folder, 'a.flac');
  await writeFile(join(folder, 'spool', 'encoded.ogg'), Buffer.alloc(5000, 1));
  const body = await openOpus(path, () => false, encoder);
  await expect(wait(body, ({ ended }) => ended)).rejects.toMatchObject({ code: 'UPLOAD_SESSION_GONE' });
  expect(await wait(body, ({ ended }) => ended)).toBeGreaterThan(10_000);
  await body.close();
  const without = await openOpus(path, () => false, new FfmpegEncoder({ PATH: join(folder, 'nothing') }));
  await expect(wait(without, ({ ended }) => ended)).rejects.toMatchObject({ code: 'DECODER_MISSING' });
  await without.close();
}, 60_000);
