import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CutPorts } from '../../src/engine/clips/cut.ts';
import { createCutJoiner, createCutMaker } from '../../src/engine/clips/cutMaker.ts';
import type { ExportPlan } from '../../src/engine/clips/export/exportPlan.ts';
import { runExport } from '../../src/engine/clips/export/runExport.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { type AudioFile, type AudioName, makeAudioFiles } from '../support/audioFiles.ts';
import { decodeFloat, difference, recordingOf } from '../support/sliceRecordings.ts';
import { withoutTag } from '../support/withoutTag.ts';

const SECONDS = 8;
const names = ['WAV 24 bit mono', 'FLAC', 'MP3', 'AAC', 'Vorbis', 'Opus'] as const satisfies readonly AudioName[];
const ports: CutPorts = { fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary };
const tools = {
  fileSystem: nodeFileSystem,
  cut: createCutMaker(ports),
  join: createCutJoiner(ports),
  encode: () => Promise.reject(new Error('Nothing is encoded.')),
};

let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-reel-'));
  files = await makeAudioFiles(folder, SECONDS, names);
});
afterAll(() => rm(folder, { recursive: true }));

function fileNamed(name: AudioName): AudioFile {
  const file = files.get(name);
  if (!file) throw new Error(name);
  return file;
}

async function planOf(
  pieces: readonly (readonly [AudioName, number, number])[],
  change: Partial<ExportPlan> = {},
): Promise<ExportPlan> {
  const made = pieces.map(async ([name, fromSeconds, toSeconds], index) => {
    const recording = await recordingOf(fileNamed(name).path);
    const own = `${name} ${index + 1}`;
    const named = { name: own, title: own, label: own, tags: {}, format: recording.format };
    return { recordings: [recording], fromSeconds, toSeconds, ...named };
  });
  return {
    pieces: await Promise.all(made),
    format: { kind: 'cut' },
    shape: 'one',
    folder: join(folder, 'out'),
    name: 'reel',
    title: 'Reel of a day',
    labels: true,
    ...change,
  };
}

async function run(plan: ExportPlan) {
  const { signal } = new AbortController();
  return runExport(plan, tools, { signal, workFolder: join(folder, 'work'), onProgress: () => undefined });
}

/** Start and end of each label, s. */
async function labelsOf(path: string | undefined): Promise<readonly (readonly [number, number])[]> {
  const lines = (await readFile(path ?? '', 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [from, to] = line.split('\t').map(Number);
    return [from ?? NaN, to ?? NaN] as const;
  });
}

const joined = (parts: readonly Float32Array[]): Float32Array =>
  new Float32Array(Buffer.concat(parts.map((part) => Buffer.from(part.buffer))).buffer.slice(0));

test.each(names)('%s: a reel is its pieces one behind the other, as they were recorded', async (name) => {
  const { rate, channels, container } = fileNamed(name);
  // The first ends 5 sample frames behind a frame of FLAC, which is less than one may have; two overlap.
  const stretches = [
    [(3 * 4096) / rate, (8 * 4096 + 5) / rate],
    [5.123, 6.98],
    [2.5, 3.25],
  ] as const;
  const pieces = stretches.map(([from, to]) => [name, from, to] as const);
  const each = await run(await planOf(pieces, { shape: 'each', folder: join(folder, 'each') }));
  const { files: made } = await run(await planOf(pieces));
  const [audio = '', sheet = '', labels] = made;
  expect(made).toHaveLength(3);
  const cues = (await readFile(sheet, 'utf8')).match(/INDEX 01 .*/g);
  expect(cues).toHaveLength(3);
  const whole = await decodeFloat(audio);
  const seconds = whole.length / channels / rate;
  const places = await labelsOf(labels);
  expect(places[0]?.[0]).toBe(0);
  expect(Math.abs((places[2]?.[1] ?? 0) - seconds)).toBeLessThan(0.03);
  if (container === 'wav' || container === 'flac') {
    const parts = await Promise.all(each.files.map((path) => decodeFloat(path)));
    expect(difference(whole, joined(parts))).toBe(0);
    {
      const wanted = stretches.map(([from, to]) => (Math.round(to * rate) - Math.round(from * rate)) / rate);
      const starts = wanted.map((_, index) => wanted.slice(0, index).reduce((sum, length) => sum + length, 0));
      for (const [index, [from, to]] of places.entries()) {
        expect(Math.abs(from - (starts[index] ?? NaN))).toBeLessThan(16 / rate);
        expect(Math.abs(to - (starts[index] ?? NaN) - (wanted[index] ?? NaN))).toBeLessThan(32 / rate);
      }
    }
  } else if (container === 'ogg') {
    // Nothing but the pieces; those of Vorbis begin a packet early.
    const length = (await Promise.all(each.files.map((path) => decodeFloat(path)))).reduce(
      (sum, part) => sum + part.length / channels / rate,
      0,
    );
    expect(Math.abs(seconds - length)).toBeLessThan(name === 'Opus' ? 0.001 : 0.06);
  } else {
    const bytes = await Promise.all(each.files.map(async (path) => withoutTag(await readFile(path))));
    expect(withoutTag(await readFile(audio)).equals(Buffer.concat(bytes))).toBe(true);
  }
  expect((await readFile(audio)).includes('Reel of a day')).toBe(true);
  for (const path of [...made, ...each.files]) await rm(path);
});

test('what is not alike is not joined, and the sentence says how they differ', async () => {
  const plan = await planOf([
    ['WAV 24 bit mono', 1, 2],
    ['MP3', 1, 2],
  ]);
  await expect(run(plan)).rejects.toMatchObject({
    code: 'CONFLICT',
    message:
      'These cannot be one file as recorded, for they are WAV 48 kHz mono 24 bit and MP3 44.1 kHz stereo. ' +
      'Choose a format to convert them to, or a file each.',
  });
  expect(await readdir(join(folder, 'out'))).toEqual([]);
});
