import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Ffmpeg } from '../../src/engine/clips/ffmpeg.ts';
import { slicePeaks } from '../../src/engine/clips/slicePeaks.ts';
import { type Library, openLibrary } from '../../src/engine/library/library.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { Media } from '../../src/engine/studio/media.ts';
import { createMediaResponder } from '../../src/engine/studio/mediaResponse.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { recordingId, sourceId as newSourceId } from '../../src/shared/units.ts';
import { type AudioFile, type AudioName, audioNames, makeAudioFiles } from '../support/audioFiles.ts';
import { probe } from '../support/ffmpeg.ts';
import { splitInTwo } from '../support/seam.ts';
import { silentLog } from '../support/silentLog.ts';
import { decodeFloat, difference, recordingOf } from '../support/sliceRecordings.ts';

const SECONDS = 12;
let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;
let library: Library;
let media: Media;
let ffmpeg: Ffmpeg;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-playing-'));
  files = await makeAudioFiles(folder, SECONDS);
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  media = new Media({ fileSystem: nodeFileSystem, library: () => library });
  ffmpeg = new Ffmpeg(silentLog);
});
afterAll(async () => {
  await ffmpeg.dispose();
  library.close();
  await rm(folder, { recursive: true });
});

async function recorded(name: AudioName, change: Partial<Record<keyof Recording, unknown>> = {}): Promise<Recording> {
  const file = files.get(name);
  if (!file) throw new Error(name);
  const recording = await recordingOf(file.path, { id: randomUUID(), ...change });
  library.saveRecording(recording);
  return recording;
}

const respond = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  createMediaResponder({
    open: (address) => media.open(address),
    pageOrigin: 'longtake-app://studio',
    log: silentLog,
  })(new Request(`longtake-media://${path}`, { headers }));

/** A recording of which only the first part is on disk yet, cut anywhere. */
async function growing(name: AudioName, share: number): Promise<Recording> {
  const whole = await recorded(name);
  const bytes = await readFile(join(whole.root, whole.path));
  const path = `growing-${basename(whole.path)}`;
  await writeFile(join(folder, path), bytes.subarray(0, Math.floor(bytes.length * share)));
  return recorded(name, { id: randomUUID(), path, state: 'recording', samples: 0 });
}

describe.each(audioNames)('%s', (name) => {
  test('a clip is served by its address, whole and in parts', async () => {
    const recording = await recorded(name);
    const clip = await media.prepareClip(recording.id, 3.25, 5.5);
    expect(clip.fromSeconds).toBeCloseTo(3.25, 4);
    expect(clip.toSeconds).toBeCloseTo(5.5, 4);
    const response = await respond(clip.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect(response.headers.get('content-type')).toBe(clip.mimeType);
    const part = await respond(clip.url, { range: 'bytes=1000-1999' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${bytes.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true);
    const path = join(folder, 'served.bin');
    await writeFile(path, bytes);
    const { duration } = await probe(path);
    // To the end of the last frame; for MP3 and AAC ffprobe only guesses, and of Opus it counts what is not played.
    const beyond = duration - clip.leadSeconds - 2.25;
    if (!['mp3', 'adts'].includes(recording.container)) expect(beyond).toBeGreaterThan(-0.01);
    if (!['mp3', 'adts'].includes(recording.container)) expect(beyond).toBeLessThan(0.4);
    // Another studio knows nothing of what was prepared here.
    const again = await new Media({ fileSystem: nodeFileSystem, library: () => library }).open(clip.url);
    expect(again.size).toBe(bytes.length);
  });

  test('a recording in progress plays up to now, with its true duration, also when it grows meanwhile', async () => {
    const recording = await growing(name, 0.6);
    const { url, durationSeconds } = await media.playable(recording.id);
    const whole = await readFile(join(folder, basename(files.get(name)?.path ?? '')));
    await writeFile(join(recording.root, recording.path), whole.subarray(0, Math.floor(whole.length * 0.8)));
    const response = await respond(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Math.floor(whole.length * 0.6));
    const path = join(folder, 'now.bin');
    await writeFile(path, bytes);
    const decoded = (await decodeFloat(path)).length / recording.format.channels / recording.format.sampleRate;
    expect(Math.abs(durationSeconds - decoded)).toBeLessThan(0.06);
    expect(durationSeconds).toBeGreaterThan(0.5 * SECONDS);
    if (['wav', 'flac', 'ogg'].includes(recording.container)) {
      expect(Math.abs((await probe(path)).duration - durationSeconds)).toBeLessThan(0.06);
    }
    const clip = await media.prepareClip(recording.id, durationSeconds - 1, durationSeconds + 60);
    expect(clip.toSeconds).toBeGreaterThan(durationSeconds - 0.05);
    await respond(clip.url).then((answer) => answer.arrayBuffer());
  });

  test('is drawn down to single samples', async () => {
    const recording = await recorded(name);
    const { sampleRate, channels } = recording.format;
    const decoded = await decodeFloat(join(recording.root, recording.path));
    const ports = { fileSystem: nodeFileSystem, decoder: ffmpeg, loadFlac: loadFlacLibrary };
    for (const length of [300, 20_000]) {
      const from = 5 * sampleRate + 77;
      const { recording: anchor, slice } = media.sliceOf(recording.id, from / sampleRate, (from + length) / sampleRate);
      expect(anchor.id).toBe(recording.id);
      const peaks = await slicePeaks(slice, 500, ports, new AbortController().signal);
      expect(peaks).toMatchObject({ from, to: from + length, exact: length === 300 });
      const count = Math.min(500, length);
      const wrong = Array.from({ length: count }, (_, group) => group).filter((group) => {
        const first = Math.ceil((group * length) / count);
        const end = Math.ceil(((group + 1) * length) / count);
        const own = decoded.subarray((from + first) * channels, (from + end) * channels);
        const low = Math.abs(Math.min(...own) - (peaks.pairs[2 * group] ?? 0));
        const high = Math.abs(Math.max(...own) - (peaks.pairs[2 * group + 1] ?? 0));
        return Math.max(low, high) > 0.004;
      });
      expect(wrong).toEqual([]);
    }
  });
});

test.each(['MP3', 'FLAC', 'AAC'] as const)('%s: a clip reaches back over a seam without a gap', async (name) => {
  const file = files.get(name);
  if (!file) throw new Error(name);
  const decoded = await decodeFloat(file.path);
  const sourceId = randomUUID();
  const [first, second] = (await splitInTwo(file, 5.1)).map((recording) => ({
    ...recording,
    id: recordingId(randomUUID()),
    sourceId: newSourceId(sourceId),
  }));
  if (!first || !second) throw new Error('There are two halves.');
  for (const recording of [first, second]) library.saveRecording(recording);
  // Further back than there is audio: from where there is some.
  expect((await media.prepareClip(second.id, -60, 1)).fromSeconds).toBeCloseTo(-first.samples / file.rate, 2);
  const clip = await media.prepareClip(second.id, -1.5, 1);
  expect([clip.fromSeconds, clip.toSeconds]).toEqual([-1.5, 1]);
  const path = join(folder, 'back.bin');
  await writeFile(path, Buffer.from(await (await respond(clip.url)).arrayBuffer()));
  const lead = Math.round(clip.leadSeconds * file.rate);
  const frames = 2.5 * file.rate;
  const heard = (await decodeFloat(path)).slice(lead * file.channels, (lead + frames) * file.channels);
  const at = (second.firstSample ?? 0) - 1.5 * file.rate;
  expect(difference(heard, decoded.slice(at * file.channels, (at + frames) * file.channels))).toBeLessThan(2e-4);
});

test('what is no address of audio is not found', async () => {
  const { id } = await recorded('FLAC');
  for (const path of [`clip/${id}`, `clip/${id}/5`, `clip/${id}/5-4`, `clip/${id}/99999999-999999999`, `clip/x/1-2`]) {
    expect((await respond(path)).status, path).toBe(404);
  }
});
