import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareClip } from '../../src/engine/clips/clip.ts';
import { type CutPorts, writeCut } from '../../src/engine/clips/cut.ts';
import { tagBytes } from '../../src/engine/containers/id3.ts';
import { WavWriter } from '../../src/engine/containers/wav.ts';
import { readWavHeader } from '../../src/engine/containers/wavReader.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { makeRecording } from '../support/makeRecording.ts';
import { tellResult } from './support/result.ts';

const run = promisify(execFile);
const RATE = 48_000;
const FRAME_BYTES = 6;
/** More than 5 GB of 24 bit stereo. */
const WAV_SECONDS = 18_200;
/** Every minute of it has a number of its own; the rest is silence that takes no room on the disk. */
const MARK_SECONDS = 60;
const MP3_HOURS = 24;
const MP3_PART_SECONDS = 600;
const MP3_FRAME_BYTES = 192;
const ports: CutPorts = { fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-large-'));
});
afterAll(() => rm(folder, { recursive: true }));

const mark = (minute: number): Buffer => Buffer.from(`minute ${String(minute).padStart(5, '0')}`.slice(-12), 'latin1');

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A sparse RF64 file; returns where its samples begin. */
async function makeWav(path: string): Promise<number> {
  const format = { sampleRate: RATE, channels: 2, bitDepth: 24 } as const;
  const writer = new WavWriter(format, { sourceName: 'Hut', startedAt: 0, offsetMinutes: 0 });
  const dataBytes = WAV_SECONDS * RATE * FRAME_BYTES;
  const header = Buffer.from(writer.header());
  for (const { offset, bytes } of writer.patch(dataBytes)) header.set(bytes, offset);
  const file = await open(path, 'w');
  await file.write(header);
  await file.truncate(header.length + dataBytes);
  for (let minute = 0; minute * MARK_SECONDS < WAV_SECONDS; minute += 1) {
    await file.write(mark(minute), 0, 12, header.length + minute * MARK_SECONDS * RATE * FRAME_BYTES);
  }
  await file.close();
  return header.length;
}

async function timed<Value>(work: () => Promise<Value>): Promise<readonly [Value, number]> {
  const begin = performance.now();
  const value = await work();
  return [value, Math.round(performance.now() - begin)];
}

test('cuts and clips of an RF64 file of more than 4 GB', async () => {
  const path = join(folder, 'long.wav');
  const dataOffset = await makeWav(path);
  const { size } = await stat(path);
  expect(size).toBeGreaterThan(5e9);
  const recording = makeRecording({
    root: folder,
    path: 'long.wav',
    bytes: size,
    samples: WAV_SECONDS * RATE,
    format: { codec: 'pcm', sampleRate: RATE, channels: 2, bitDepth: 24 },
  });
  const request = { recordings: [recording], anchor: 0 };
  const source = await open(path, 'r');

  // Over the 4 GiB, and with a mark in it.
  const edge = Math.floor(2 ** 32 / (RATE * FRAME_BYTES));
  const minute = Math.ceil(edge / MARK_SECONDS);
  const [short, shortMs] = await timed(() =>
    writeCut({ ...request, fromSeconds: edge - 5, toSeconds: minute * MARK_SECONDS + 5 }, join(folder, 'a.wav'), ports),
  );
  expect(short.samples).toBe((minute * MARK_SECONDS + 5 - (edge - 5)) * RATE);
  const cut = await open(short.path, 'r');
  const header = readWavHeader(await bytesAt(cut, 0, 4096));
  const expected = await bytesAt(source, dataOffset + (edge - 5) * RATE * FRAME_BYTES, header.dataBytes);
  expect(header.dataBytes).toBe(short.samples * FRAME_BYTES);
  expect((await bytesAt(cut, header.dataOffset, header.dataBytes)).equals(expected)).toBe(true);
  expect(expected.includes(mark(minute))).toBe(true);
  await cut.close();

  // Nearly all of it: the cut is RF64 itself.
  const from = 90.5;
  const [long, longMs] = await timed(() =>
    writeCut({ ...request, fromSeconds: from, toSeconds: 1e6 }, join(folder, 'b.wav'), ports),
  );
  const whole = await open(long.path, 'r');
  const wide = readWavHeader(await bytesAt(whole, 0, 4096));
  expect(wide).toMatchObject({ form: 'RF64', dataBytes: (WAV_SECONDS - from) * RATE * FRAME_BYTES });
  for (let at = 2; at * MARK_SECONDS < WAV_SECONDS; at += 1) {
    const position = wide.dataOffset + (at * MARK_SECONDS - from) * RATE * FRAME_BYTES;
    expect((await bytesAt(whole, position, 12)).equals(mark(at)), `minute ${at}`).toBe(true);
  }
  await whole.close();
  const probed = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', long.path]);
  expect(Number(probed.stdout)).toBeCloseTo(WAV_SECONDS - from, 2);
  await rm(long.path);

  const last = Math.floor((WAV_SECONDS - 1) / MARK_SECONDS) * MARK_SECONDS;
  const [clip, clipMs] = await timed(() =>
    prepareClip({ ...request, from: last * RATE, to: (last + 10) * RATE }, { fileSystem: nodeFileSystem }),
  );
  const parts: Uint8Array[] = [];
  for await (const part of clip.bytes(0, clip.size - 1)) parts.push(part);
  expect(Buffer.concat(parts).includes(mark(last / MARK_SECONDS))).toBe(true);
  await source.close();
  await rm(path);
  await tellResult({
    bench: 'large-cuts',
    file: 'RF64',
    gigabytes: Math.round(size / 1e7) / 100,
    shortMs,
    longMs,
    clipMs,
    memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  });
});

test('a cut of 20 hours of a day of MP3', async () => {
  const part = join(folder, 'part.mp3');
  const input = ['-f', 'lavfi', '-i', `anoisesrc=color=pink:amplitude=0.4:r=${RATE}:d=${MP3_PART_SECONDS}`];
  await run('ffmpeg', ['-v', 'error', ...input, '-b:a', '64k', '-write_xing', '0', '-id3v2_version', '0', part]);
  const path = join(folder, 'day.mp3');
  for (let count = 0; count < (MP3_HOURS * 3600) / MP3_PART_SECONDS; count += 1) {
    await pipeline(createReadStream(part), createWriteStream(path, { flags: 'a' }));
  }
  const { size } = await stat(path);
  const recording = makeRecording({
    root: dirname(path),
    path: basename(path),
    container: 'mp3',
    bytes: size,
    samples: (size / MP3_FRAME_BYTES) * 1152,
    format: { codec: 'mp3', sampleRate: RATE, channels: 1 },
  });
  const [fromSeconds, toSeconds] = [3600.37, 21 * 3600 + 0.6];
  const [cut, cutMs] = await timed(() =>
    writeCut({ recordings: [recording], anchor: 0, fromSeconds, toSeconds }, join(folder, 'cut.mp3'), ports),
  );
  expect(Math.abs(cut.fromSeconds - fromSeconds)).toBeLessThan(0.013);
  expect(Math.abs(cut.toSeconds - toSeconds)).toBeLessThan(0.013);
  const [source, made] = [await open(path, 'r'), await open(cut.path, 'r')];
  const tag = tagBytes(await bytesAt(made, 0, 4096), 0);
  const payload = cut.bytes - tag;
  expect(payload).toBe((cut.samples / 1152) * MP3_FRAME_BYTES);
  const from = Math.round((cut.fromSeconds * RATE) / 1152) * MP3_FRAME_BYTES;
  for (const at of [0, Math.floor(payload / 3), payload - 1_000_000]) {
    const length = Math.min(1_000_000, payload - at);
    expect((await bytesAt(made, tag + at, length)).equals(await bytesAt(source, from + at, length))).toBe(true);
  }
  await Promise.all([source.close(), made.close()]);
  await tellResult({
    bench: 'large-cuts',
    file: 'MP3',
    hours: Math.round(cut.seconds / 36) / 100,
    megabytes: Math.round(payload / 1e6),
    cutMs,
    memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  });
});
