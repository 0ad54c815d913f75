import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PreparedClip, prepareClip } from '../../src/engine/clips/clip.ts';
import { writeCut } from '../../src/engine/clips/cut.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { type AudioFile, type AudioName, audioNames, makeAudioFiles } from '../support/audioFiles.ts';
import { decodeFloat, difference, recordingOf } from '../support/sliceRecordings.ts';
import { splitInTwo } from '../support/seam.ts';

const SECONDS = 20;
/** Where the two recordings of one stream meet, about. */
const SEAM = 9.3;
/** How exactly a decoder that starts anew comes to the same. */
const EXACTNESS: Partial<Record<AudioName, number>> = { Opus: 3e-3 };
/** Sample frames that players leave out of the whole file, because a table in its first frame says so. */
const DELAYS: Partial<Record<AudioName, number>> = { 'MP3 of variable bitrate': 1105 };
const ports = { fileSystem: nodeFileSystem };

let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-clips-'));
  files = await makeAudioFiles(folder, SECONDS);
});
afterAll(() => rm(folder, { recursive: true }));

function fileNamed(name: AudioName): AudioFile {
  const file = files.get(name);
  if (!file) throw new Error(name);
  return file;
}

async function bytesOf(clip: PreparedClip, first = 0, last = clip.size - 1): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of clip.bytes(first, last)) parts.push(part);
  return Buffer.concat(parts);
}

let count = 0;

/** What is heard of a clip. */
async function heard(clip: PreparedClip, { rate, channels }: AudioFile): Promise<Float32Array> {
  count += 1;
  const path = join(folder, `clip-${count}.bin`);
  await writeFile(path, await bytesOf(clip));
  const all = await decodeFloat(path);
  await rm(path);
  expect(clip.sampleRate).toBe(rate);
  return all.slice(clip.lead * channels, (clip.lead + clip.to - clip.from) * channels);
}

const stretches = fc.tuple(fc.integer({ min: 0, max: SECONDS * 1000 - 800 }), fc.integer({ min: 700, max: 4000 }));

describe.each(audioNames)('%s', (name) => {
  test('a clip holds what was asked for, to the sample, in as many bytes as it says', async () => {
    const file = fileNamed(name);
    const recording = await recordingOf(file.path);
    const decoded = await decodeFloat(file.path);
    await fc.assert(
      fc.asyncProperty(stretches, fc.nat(), async ([at, length], place) => {
        const from = Math.round((at * file.rate) / 1000);
        const request = {
          recordings: [recording],
          anchor: 0,
          from,
          to: from + Math.round((length * file.rate) / 1000),
        };
        const clip = await prepareClip(request, ports);
        const bytes = await bytesOf(clip);
        expect(bytes.length).toBe(clip.size);
        const first = place % clip.size;
        const last = Math.min(clip.size - 1, first + 3000);
        expect((await bytesOf(clip, first, last)).equals(bytes.subarray(first, last + 1))).toBe(true);
        expect(clip.from).toBe(from);
        const expected = decoded.slice(clip.from * file.channels, clip.to * file.channels);
        const found = (await heard(clip, file)).slice(0, expected.length);
        expect(difference(found, expected)).toBeLessThanOrEqual(EXACTNESS[name] ?? 2e-4);
      }),
      { numRuns: 3 },
    );
  });

  // WAV is split by the recorder itself in the test of exports.
  if (name.startsWith('WAV')) return;

  test('over a seam it is the same as if there were none, and so is a cut', async () => {
    const file = fileNamed(name);
    const decoded = await decodeFloat(file.path);
    const [first, second] = await splitInTwo(file, SEAM);
    const seam = second.firstSample ?? 0;
    const delay = DELAYS[name] ?? 0;
    const recordings = [first, second];
    // Seconds around the seam; and from its beginning on, and so near to it that a decoder needs what is before it.
    for (const [from, to] of [
      [seam - file.rate, seam + file.rate],
      [seam + 1, seam + file.rate],
      [seam + 500, seam + file.rate],
    ] as const) {
      const unplayed = second.coldStart?.unplayed ?? 0;
      const base = seam + unplayed;
      const clip = await prepareClip({ recordings, anchor: 1, from: from - base, to: to - base }, ports);
      const expected = decoded.slice((from - delay) * file.channels, (to - delay) * file.channels);
      expect(difference(await heard(clip, file), expected)).toBeLessThanOrEqual(EXACTNESS[name] ?? 2e-4);
    }
    const range = { fromSeconds: (seam - 2 * file.rate) / file.rate, toSeconds: (seam + 2 * file.rate) / file.rate };
    const cut = await writeCut(
      { recordings, anchor: 0, ...range },
      join(folder, `seam-${name.replaceAll(' ', '-')}.bin`),
      { ...ports, loadFlac: loadFlacLibrary },
      { forDecoder: true },
    );
    const lead = Math.round(cut.leadSeconds * file.rate);
    const whole = (await decodeFloat(cut.path)).slice(lead * file.channels, (lead + cut.samples) * file.channels);
    const start = Math.round(cut.fromSeconds * file.rate) - delay;
    const expected = decoded.slice(start * file.channels, (start + cut.samples) * file.channels);
    expect(cut).toMatchObject({ joints: 0, samples: 4 * file.rate });
    expect(difference(whole, expected)).toBeLessThanOrEqual(EXACTNESS[name] ?? 2e-4);
  });
});
