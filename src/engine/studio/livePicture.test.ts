import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LongtakeError } from '../../shared/errors.ts';
import { PeakCacheWriter } from '../analysis/peakCache.ts';
import type { PeakRange } from '../analysis/peakRange.ts';
import { livePeaks } from './livePicture.ts';

/** Windows of 20 ms that were measured, and those that are in the file. */
const MEASURED = 40_013;
const RECORDED = 40_600;
const seconds = RECORDED / 50;

let folder: string;
let writer: PeakCacheWriter;
let asked: PeakRange[];

/** Window n has the lowest sample -n % 1000 and the highest n % 777. */
const low = (window: number): number => -(window % 1000);
const high = (window: number): number => window % 777;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-live-'));
  writer = await PeakCacheWriter.create(join(folder, 'a.peaks'));
  asked = [];
  for (let at = 0; at < MEASURED; at += 57) {
    const count = Math.min(57, MEASURED - at);
    await writer.append(Int16Array.from({ length: 2 * count }, (_, n) => (n % 2 === 0 ? low : high)(at + (n >> 1))));
  }
});
afterEach(async () => {
  await writer.discard();
  await rm(folder, { recursive: true });
});

/** From the samples, each point the lowest and highest of what lies in it. */
async function sampled({ fromSeconds, toSeconds, points }: PeakRange) {
  asked.push({ fromSeconds, toSeconds, points });
  const to = Math.min(seconds, toSeconds);
  if (to <= fromSeconds) throw new LongtakeError('INVALID_INPUT', 'nothing');
  return { pairs: plain(fromSeconds, to, points), fromSeconds, toSeconds: to };
}

function plain(from: number, to: number, points: number): number[] {
  const pairs: number[] = [];
  for (let point = 0; point < points; point += 1) {
    const first = Math.floor((from + ((to - from) * point) / points) * 50 + 1e-6);
    const end = Math.max(first + 1, Math.ceil((from + ((to - from) * (point + 1)) / points) * 50 - 1e-6));
    const windows = Array.from({ length: end - first }, (_, index) => first + index);
    pairs.push(Math.min(...windows.map(low)) / 32_768, Math.max(...windows.map(high)) / 32_768);
  }
  return pairs;
}

const draw = (fromSeconds: number, toSeconds: number, points: number) =>
  livePeaks(
    { fromSeconds, toSeconds, points },
    { measured: (resolution, first, end) => writer.soFar(resolution, first, end), sampled },
  );

test.each([
  [100, 700, 600],
  [100, 700, 60],
  [0, 800, 25],
  [3.2, 8.2, 250],
])('%d to %d s are drawn of what was measured, no sample is read', async (from, to, points) => {
  expect(await draw(from, to, points)).toEqual({ pairs: plain(from, to, points), fromSeconds: from, toSeconds: to });
  expect(asked).toEqual([]);
});

test('the end is drawn up to now from the samples, and nothing else of them', async () => {
  const drawn = await draw(0, seconds, 203);
  expect(drawn).toEqual({ pairs: plain(0, seconds, 203), fromSeconds: 0, toSeconds: seconds });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.fromSeconds).toBeGreaterThan(MEASURED / 50 - 2);
  // More was captured than is in the file yet.
  const beyond = await draw(790, seconds + 1, 40);
  expect(beyond.toSeconds).toBe(seconds);
  expect(beyond.pairs.at(-1)).toBeCloseTo(Math.max(...[RECORDED - 2, RECORDED - 1].map(high)) / 32_768, 2);
});

test('what is not in the file yet is left out, and nothing of it is an error', async () => {
  const nothing = () => Promise.reject(new LongtakeError('INVALID_INPUT', 'nothing'));
  const measured = (resolution: number, first: number, end: number) => writer.soFar(resolution, first, end);
  const range = { fromSeconds: 790, toSeconds: 810, points: 1000 };
  const drawn = await livePeaks(range, { measured, sampled: nothing });
  expect(drawn.toSeconds).toBeCloseTo(MEASURED / 50, 6);
  expect(drawn.pairs.slice(0, 2)).toEqual(plain(790, 790.02, 1));
  const later = { fromSeconds: 900, toSeconds: 910, points: 100 };
  await expect(livePeaks(later, { measured, sampled: nothing })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
