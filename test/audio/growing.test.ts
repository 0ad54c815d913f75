import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanFile } from '../../src/engine/analysis/scanFile.ts';
import { AudioDecoder } from '../../src/engine/clips/audioDecoder.ts';
import { Ffmpeg } from '../../src/engine/clips/ffmpeg.ts';
import { FrameIndexes } from '../../src/engine/clips/frameIndexes.ts';
import { scanGrowth } from '../../src/engine/clips/scanSlice.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { type AudioFile, type AudioName, makeAudioFiles } from '../support/audioFiles.ts';
import { silentLog } from '../support/silentLog.ts';
import { recordingOf } from '../support/sliceRecordings.ts';

const SECONDS = 9;
const names = [
  'FLAC',
  'MP3',
  'MP3 of variable bitrate',
  'MP3 22.05 kHz',
  'AAC',
  'Vorbis',
  'Opus',
  'Ogg FLAC',
] as const satisfies readonly AudioName[];
const never = new AbortController().signal;
const ffmpeg = new Ffmpeg(silentLog);
const decoder = new AudioDecoder(ffmpeg, loadFlacLibrary);

let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-growing-'));
  files = await makeAudioFiles(folder, SECONDS, names);
});
afterAll(async () => {
  await ffmpeg.dispose();
  await rm(folder, { recursive: true });
});

/** The greatest difference of two lists, Infinity when they are not of one length. */
function difference(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return Infinity;
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}

test.each(names)('%s that grows is decoded in parts to the envelope and the peaks of the whole', async (name) => {
  const file = files.get(name);
  if (!file) throw new Error(name);
  const expected = { levels: [] as number[], pairs: [] as number[] };
  await scanFile(file, {
    decoder,
    signal: never,
    onScanned: async ({ levels, pairs }) => {
      expected.levels.push(...levels);
      expected.pairs.push(...pairs);
    },
  });
  const recording = await recordingOf(file.path);
  const bytes = await readFile(file.path);
  const ports = { fileSystem: nodeFileSystem, decoder, loadFlac: loadFlacLibrary, frameIndexes: new FrameIndexes() };
  const found = { levels: [] as number[], pairs: [] as number[] };
  let from = 0;
  // Each time it ends somewhere within a frame, and once nothing came.
  for (const share of [0.3, 0.62, 0.62, 0.85, 1, 1]) {
    const isLast = share === 1;
    await writeFile(file.path, bytes.subarray(0, Math.floor(bytes.length * share)));
    const grown = await scanGrowth({ recording, from, isLast }, ports, never);
    expect(grown.to).toBeGreaterThanOrEqual(from);
    if (!isLast) expect(grown.to % file.rate).toBe(0);
    expect(grown.isEnd).toBe(isLast);
    found.levels.push(...grown.levels);
    found.pairs.push(...grown.pairs);
    from = grown.to;
  }
  expect(from / file.rate).toBeCloseTo(SECONDS, 0);
  // A player leaves out what a table says is no audio at the end; a recorder counts whole frames.
  if (name === 'MP3 of variable bitrate') {
    expected.pairs.length -= 2;
    found.pairs.length = Math.min(found.pairs.length, expected.pairs.length);
  }
  // Steps of 1/500 dB, and samples of 16 bits; a decoder of Opus that starts anew is a little off.
  const isOpus = name === 'Opus';
  expect(difference(found.levels, expected.levels)).toBeLessThanOrEqual(isOpus ? 25 : 2);
  expect(difference(found.pairs, expected.pairs)).toBeLessThanOrEqual(isOpus ? 100 : 4);
});
