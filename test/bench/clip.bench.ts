import { execFile, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Library, openLibrary } from '../../src/engine/library/library.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { Media } from '../../src/engine/studio/media.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { makeRecording } from '../support/makeRecording.ts';
import { silentLog } from '../support/silentLog.ts';
import { tellResult } from './support/result.ts';

const run = promisify(execFile);
/** Kept between runs: they take a minute to make. */
const KEPT = join(tmpdir(), 'longtake-bench-clip');
const CLIP_SECONDS = 10;
const CLIPS = 100;
const PEER_CLIPS = 5;
const LIMIT_MS = 50;
const FLAC_SECONDS = 4000;
const MP3_SECONDS = 86_400;
const MP3_PART_SECONDS = 600;

let folder: string;
let library: Library;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-clip-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});
afterAll(async () => {
  library.close();
  await rm(folder, { recursive: true });
});

const noise = (rate: number, seconds: number, amplitude: number) =>
  `anoisesrc=color=pink:amplitude=${amplitude}:r=${rate}:d=${seconds}`;

async function made(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(KEPT, name);
  await mkdir(KEPT, { recursive: true });
  if (await stat(path).catch(() => undefined)) return path;
  const unfinished = join(KEPT, `unfinished-${name}`);
  await make(unfinished);
  await rename(unfinished, path);
  return path;
}

/** 24 bits, of which no encoder can leave out much. */
const makeFlac = async (path: string): Promise<void> => {
  const input = ['-f', 'lavfi', '-i', noise(48_000, FLAC_SECONDS, 0.5), '-ac', '2'];
  await run('ffmpeg', ['-v', 'error', '-y', ...input, '-sample_fmt', 's32', '-compression_level', '0', path]);
};

/** Ten minutes over and over: at 48 kHz all frames of 64 kbit/s are of one length. */
const makeMp3 = async (path: string): Promise<void> => {
  const part = join(folder, 'part.mp3');
  const input = ['-f', 'lavfi', '-i', noise(48_000, MP3_PART_SECONDS, 0.4)];
  const output = ['-ac', '1', '-b:a', '64k', '-write_xing', '0', '-id3v2_version', '0', part];
  await run('ffmpeg', ['-v', 'error', '-y', ...input, ...output]);
  for (let count = 0; count < MP3_SECONDS / MP3_PART_SECONDS; count += 1) {
    await pipeline(createReadStream(part), createWriteStream(path, { flags: count === 0 ? 'w' : 'a' }));
  }
};

async function recorded(path: string, change: Partial<Recording>): Promise<Recording> {
  const bytes = (await stat(path)).size;
  const recording = makeRecording({
    root: dirname(path),
    path: path.slice(dirname(path).length + 1),
    bytes,
    ...change,
  });
  library.saveRecording(recording);
  return recording;
}

/** ms from the wish to the first byte. */
async function clipTime(media: Media, id: Recording['id'], at: number): Promise<number> {
  const begin = performance.now();
  const clip = await media.prepareClip(id, at, at + CLIP_SECONDS);
  const body = await media.open(clip.url);
  for await (const bytes of body.bytes(0, body.size - 1)) {
    if (bytes.length > 0) break;
  }
  return performance.now() - begin;
}

async function ffmpegTime(path: string, at: number): Promise<number> {
  const begin = performance.now();
  const args = ['-v', 'error', '-nostdin', '-ss', String(at), '-i', path, '-t', String(CLIP_SECONDS), '-f', 'wav', '-'];
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const took = performance.now() - begin;
  child.kill('SIGKILL');
  await ended;
  return took;
}

function figures(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const rounded = (value: number): number => Math.round(value * 10) / 10;
  return { p50: rounded(at(0.5)), p95: rounded(at(0.95)), max: rounded(at(1)) };
}

/** Places all over the file, the same in every run. */
const places = (count: number, seconds: number): number[] =>
  Array.from({ length: count }, (_, index) => (((index * 0.618_034 + 0.11) % 1) * (seconds - 2 * CLIP_SECONDS)) | 0);

async function measure(recording: Recording, seconds: number) {
  const path = join(recording.root, recording.path);
  const media = new Media({ fileSystem: nodeFileSystem, library: () => library });
  // The very first one of the program, with its code not compiled yet.
  const first = await clipTime(media, recording.id, seconds / 3);
  const times: number[] = [];
  // What a computer that is busy with other things leaves to compare.
  const cpu: number[] = [];
  for (const at of places(CLIPS, seconds)) {
    const before = process.cpuUsage();
    times.push(await clipTime(media, recording.id, at));
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  const peer: number[] = [];
  for (const at of places(PEER_CLIPS, seconds)) peer.push(await ffmpegTime(path, at));
  return {
    megabytes: Math.round(recording.bytes / 1e6),
    first: Math.round(first),
    clip: figures(times),
    clipCpu: figures(cpu),
    ffmpeg: figures(peer),
  };
}

test(`the first byte of a clip comes within ${LIMIT_MS} ms, anywhere in a large file`, async () => {
  const flac = await recorded(await made('noise.flac', makeFlac), {
    container: 'flac',
    format: { codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 24 },
    samples: FLAC_SECONDS * 48_000,
  });
  const mp3 = await recorded(await made('day.mp3', makeMp3), {
    container: 'mp3',
    format: { codec: 'mp3', sampleRate: 48_000, channels: 1, bitrate: 64_000 },
    samples: MP3_SECONDS * 48_000,
  });
  const result = { flac: await measure(flac, FLAC_SECONDS), mp3: await measure(mp3, MP3_SECONDS) };
  await tellResult({ bench: 'clip', clipSeconds: CLIP_SECONDS, unit: 'ms', ...result });
  // Clips that had to wait for the processor do not count; on a computer that does nothing else both are the same.
  for (const { clip, clipCpu } of [result.flac, result.mp3]) {
    expect(Math.min(clip.p95, clipCpu.p95)).toBeLessThan(LIMIT_MS);
  }
});
