import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encode } from '../../../test/support/ffmpeg.ts';
import { BitReservoir } from './bitReservoir.ts';
import { createMpegAudioParser } from './mpegAudio.ts';

/** The frames of a file that ffmpeg makes. */
async function framesOf(args: readonly string[], rate: number): Promise<Uint8Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-reservoir-'));
  const path = join(folder, 'a.mp3');
  await encode(path, { duration: 2, rate, encoder: args });
  const parser = createMpegAudioParser();
  const first = parser.push(await readFile(path)).block;
  const rest = parser.flush().block;
  await rm(folder, { recursive: true });
  const frames: Uint8Array[] = [];
  for (const block of [first, rest]) {
    let at = 0;
    for (const { bytes } of block?.frames ?? []) {
      frames.push(block?.bytes.subarray(at, at + bytes) ?? new Uint8Array(0));
      at += bytes;
    }
  }
  return frames;
}

function cold(frames: readonly Uint8Array[]): number {
  const reservoir = new BitReservoir();
  return frames.filter((frame) => reservoir.lacks(frame)).length;
}

test.each([
  ['128k', 44_100],
  ['64k', 22_050],
  ['320k', 48_000],
])('MP3 at %s and %d Hz needs nothing at its start, and a few frames in its middle', async (bitrate, rate) => {
  const frames = await framesOf(['-c:a', 'libmp3lame', '-b:a', bitrate], rate);
  expect(cold(frames)).toBe(0);
  const counts = Array.from({ length: 30 }, (_, index) => cold(frames.slice(index + 10)));
  expect(Math.max(...counts)).toBeGreaterThan(0);
  // 511 bytes are at most six of the shortest main data that such a stream has.
  expect(Math.max(...counts)).toBeLessThanOrEqual(8);
});

test('Layer II needs nothing anywhere', async () => {
  const frames = await framesOf(['-c:a', 'mp2', '-b:a', '192k', '-f', 'mp2'], 44_100);
  expect(frames.length).toBeGreaterThan(20);
  expect(cold(frames.slice(7))).toBe(0);
});
