import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CutPorts, planCut, writeCut } from '../../src/engine/clips/cut.ts';
import { createCutMaker } from '../../src/engine/clips/cutMaker.ts';
import { tagBytes } from '../../src/engine/containers/id3.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { type AudioFile, type AudioName, audioNames, makeAudioFiles } from '../support/audioFiles.ts';
import { tool } from '../support/codedAudio.ts';
import { probe } from '../support/ffmpeg.ts';
import { decodeFloat, difference, recordingOf } from '../support/sliceRecordings.ts';

const SECONDS = 20;
/** How exactly a decoder that starts anew comes to the same. */
const EXACTNESS: Partial<Record<AudioName, number>> = { Opus: 3e-3 };
const ports: CutPorts = { fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary };

let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-cuts-'));
  files = await makeAudioFiles(folder, SECONDS);
});
afterAll(() => rm(folder, { recursive: true }));

interface Source {
  readonly file: AudioFile;
  readonly recording: Recording;
  readonly decoded: Float32Array;
}

async function sourceOf(name: AudioName): Promise<Source> {
  const file = files.get(name);
  if (!file) throw new Error(name);
  return { file, recording: await recordingOf(file.path), decoded: await decodeFloat(file.path) };
}

const stretches = fc
  .tuple(fc.integer({ min: 0, max: SECONDS * 1000 - 800 }), fc.integer({ min: 700, max: 5000 }))
  .map(([from, length]) => ({ fromSeconds: from / 1000, toSeconds: Math.min(SECONDS, (from + length) / 1000) }));

let count = 0;
async function cutOf({ file, recording }: Source, range: { fromSeconds: number; toSeconds: number; snap?: boolean }) {
  count += 1;
  const path = join(folder, `cut-${count}.${file.path.split('.').at(-1)}`);
  return writeCut({ recordings: [recording], anchor: 0, title: 'A bird', ...range }, path, ports);
}

describe.each(audioNames)('%s', (name) => {
  test('a cut holds the samples of its bounds, and says what it is', async () => {
    const source = await sourceOf(name);
    const { file, recording, decoded } = source;
    await fc.assert(
      fc.asyncProperty(stretches, async (range) => {
        const cut = await cutOf(source, range);
        const first = Math.round(cut.fromSeconds * file.rate);
        const expected = decoded.slice(Math.max(0, first) * file.channels, (first + cut.samples) * file.channels);
        // What an encoder put in front of the audio belongs to the first frame.
        const whole = await decodeFloat(cut.path);
        const found = whole.slice(Math.max(0, -first) * file.channels).slice(0, expected.length);
        // The first frames of MP3 and AAC refer to some before the cut.
        const cold = file.container === 'mp3' ? 12 * 1152 : file.container === 'adts' ? 2 * 1024 : 0;
        expect(found.length / file.channels).toBeGreaterThan(cut.samples - 2500);
        const isExact = file.container === 'wav' || file.container === 'flac';
        const tolerance = isExact ? 0 : (EXACTNESS[name] ?? 2e-4);
        expect(whole.length / file.channels).toBe(cut.samples);
        expect(difference(found.slice(cold * file.channels), expected.slice(cold * file.channels))).toBeLessThanOrEqual(
          tolerance,
        );
        if (isExact) expect(first).toBe(Math.round(range.fromSeconds * file.rate));
        expect(Math.abs(cut.fromSeconds - range.fromSeconds)).toBeLessThan(0.06);
        expect(cut.from).toBeCloseTo(recording.startedAt + cut.fromSeconds * 1000, 3);
        if (file.container === 'flac') await tool('flac', ['-t', '-s', cut.path]);
        await rm(cut.path);
      }),
      { numRuns: 3 },
    );
  });

  test('a cut for a decoder gives exactly what was asked for', async () => {
    const source = await sourceOf(name);
    const { file, recording, decoded } = source;
    const cut = createCutMaker(ports);
    await fc.assert(
      fc.asyncProperty(stretches, async (range) => {
        const piece = {
          ...range,
          recordings: [recording],
          name,
          title: name,
          label: name,
          tags: {},
          format: recording.format,
        };
        const { signal } = new AbortController();
        const output = join(folder, `decoder-${(count += 1)}`);
        const made = await cut(piece, { output, forDecoder: true, signal, onProgress: () => undefined });
        const lead = Math.round(made.leadSeconds * file.rate);
        const samples = Math.round(made.seconds * file.rate);
        const first = Math.round(range.fromSeconds * file.rate);
        const expected = decoded.slice(first * file.channels, (first + samples) * file.channels);
        const found = (await decodeFloat(made.path)).slice(lead * file.channels, (lead + samples) * file.channels);
        // An encoder may say that the end of the last frame is not played.
        expect(found.length).toBeGreaterThanOrEqual(expected.length);
        expect(difference(found.slice(0, expected.length), expected)).toBeLessThanOrEqual(EXACTNESS[name] ?? 2e-4);
        await rm(made.path);
      }),
      { numRuns: 3 },
    );
  });

  test('cuts that follow each other are the whole again', async () => {
    const source = await sourceOf(name);
    const { file, decoded } = source;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 50, max: 950 }), { minLength: 1, maxLength: 4 }), async (places) => {
        const borders = [
          0,
          ...new Set(places.map((place) => place - (place % 50)).toSorted((a, b) => a - b)),
          1000,
        ].map((share) => (share * SECONDS) / 1000);
        const parts: Float32Array[] = [];
        const payload: Uint8Array[] = [];
        let end: number | undefined;
        for (const [index, fromSeconds] of borders.slice(0, -1).entries()) {
          const last = index === borders.length - 2;
          const cut = await cutOf(source, { fromSeconds, toSeconds: last ? 1000 : (borders[index + 1] ?? 0) });
          expect(cut.fromSeconds).toBeCloseTo(end ?? cut.fromSeconds, 6);
          end = cut.toSeconds;
          parts.push(await decodeFloat(cut.path));
          const bytes = await readFile(cut.path);
          payload.push(bytes.subarray(tagBytes(bytes, 0)));
          await rm(cut.path);
        }
        if (file.container === 'mp3' || file.container === 'adts') {
          const original = await readFile(file.path);
          expect(original.indexOf(Buffer.concat(payload))).toBeGreaterThanOrEqual(0);
          expect(original.length - Buffer.concat(payload).length).toBeLessThan(1200);
        } else {
          const joined = new Float32Array(Buffer.concat(parts.map((part) => Buffer.from(part.buffer))).buffer.slice(0));
          const whole = joined.length === decoded.length ? joined : joined.slice(0, decoded.length);
          expect(joined.length).toBe(decoded.length);
          expect(difference(whole, decoded)).toBeLessThanOrEqual(EXACTNESS[name] ?? 1e-6);
        }
      }),
      { numRuns: 3 },
    );
  });
});

test.each(['WAV 16 bit', 'WAV 24 bit mono', 'FLAC'] as const)(
  '%s: a snapped cut begins and ends at zero',
  async (name) => {
    const source = await sourceOf(name);
    const { file, decoded } = source;
    const sumAt = (frame: number): number =>
      decoded.subarray(frame * file.channels, (frame + 1) * file.channels).reduce((sum, value) => sum + value, 0);
    for (const fromSeconds of [1.2345, 7.777, 12.0061]) {
      const cut = await cutOf(source, { fromSeconds, toSeconds: fromSeconds + 1.5, snap: true });
      for (const [seconds, wanted] of [
        [cut.fromSeconds, fromSeconds],
        [cut.toSeconds, fromSeconds + 1.5],
      ] as const) {
        const frame = Math.round(seconds * file.rate);
        expect(Math.abs(seconds - wanted)).toBeLessThanOrEqual(0.0101);
        expect(sumAt(frame - 1) * sumAt(frame)).toBeLessThanOrEqual(0);
      }
    }
  },
);

test('a plan says what a cut will be', async () => {
  const { recording } = await sourceOf('MP3');
  const request = { recordings: [recording], anchor: 0, fromSeconds: 1.5, toSeconds: 4 };
  const plan = await planCut(request, ports);
  const cut = await writeCut(request, join(folder, 'plan.mp3'), ports);
  expect(cut).toMatchObject({ from: plan.from, to: plan.to, samples: plan.samples, extension: 'mp3', joints: 0 });
  expect(Math.abs(cut.bytes - plan.bytes)).toBeLessThan(2000);
});

test('a cut tells its source, its absolute start and its title', async () => {
  for (const name of audioNames) {
    const source = await sourceOf(name);
    const cut = await cutOf(
      { ...source, recording: { ...source.recording, offsetMinutes: 60, zone: 'Europe/Berlin' } },
      { fromSeconds: 2, toSeconds: 3 },
    );
    const text = JSON.stringify((await probe(cut.path)).tags) + (await readFile(cut.path)).toString('latin1', 0, 5000);
    expect(text, name).toContain('Studio A');
    expect(text, name).toContain('A bird');
    expect(text, name).toContain('+01:00');
  }
});

test('nothing is overwritten, and nothing is left of what was cancelled', async () => {
  const source = await sourceOf('FLAC');
  const request = { recordings: [source.recording], anchor: 0, fromSeconds: 1, toSeconds: 9 };
  const path = join(folder, 'taken.flac');
  const first = await writeCut(request, path, ports);
  const second = await writeCut(request, path, ports);
  expect([first.path, second.path]).toEqual([path, join(folder, 'taken_2.flac')]);
  const cancel = new AbortController();
  const before = await readdir(folder);
  const cancelled = writeCut(request, path, ports, { signal: cancel.signal, onProgress: () => cancel.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await readdir(folder)).toEqual(before);
});
