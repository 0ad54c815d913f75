import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tool, writeSignal } from '../../../../test/support/codedAudio.ts';
import { makeFlacStreams } from '../../../../test/support/flacStreams.ts';
import { probe } from '../../../../test/support/ffmpeg.ts';
import {
  type Captured,
  capturedFlac,
  capturedFrames,
  capturedOgg,
  capturedPcm,
  type GrownRecording,
  growRecording,
  repaired,
  stateAfter,
} from '../../../../test/support/grownRecording.ts';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { MemoryFileSystem } from '../../../../test/support/memoryFileSystem.ts';
import { noise } from '../../../../test/support/noise.ts';
import { makeOggStreams } from '../../../../test/support/oggStreams.ts';
import { withoutTag } from '../../../../test/support/withoutTag.ts';
import { WavWriter } from '../../containers/wav.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import type { Body, BodyForm } from '../body.ts';
import { createOpenBody } from './openBody.ts';

const RECORDED = { kind: 'recorded' } as const satisfies BodyForm;
const noEncoder = { encode: () => Promise.reject(new Error('nothing is encoded here')) };

let folder = '';
let ogg: ReadonlyMap<string, Uint8Array>;
let flac: ReadonlyMap<string, Uint8Array>;
const frames = new Map<string, Uint8Array>();

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'longtake-bodies-'));
  const wav = joinPath(folder, 'signal.wav');
  await writeSignal(wav, { rate: 44_100, channels: 2, duration: 3.1 });
  for (const [name, ...args] of [
    ['a.mp3', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0'],
    ['v.mp3', '-q:a', '4', '-write_xing', '0', '-id3v2_version', '0'],
    ['a.aac', '-c:a', 'aac', '-b:a', '96k'],
  ] as const) {
    await tool('ffmpeg', ['-v', 'error', '-nostdin', '-i', wav, ...args, joinPath(folder, name)]);
    frames.set(name, await readFile(joinPath(folder, name)));
  }
  [ogg, flac] = await Promise.all([makeOggStreams(), makeFlacStreams()]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

const streamOf = (streams: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array => {
  const stream = streams.get(name);
  if (!stream) throw new Error(`There is no ${name}.`);
  return stream;
};

const pcm = (
  container: 'wav' | 'flac',
  sampleRate: number,
  channels: number,
  bitDepth: 16 | 24 | 32,
  float = false,
) => {
  const frameBytes = (channels * bitDepth) / 8;
  const bytes = noise(Math.floor(sampleRate * 0.7) * frameBytes);
  // Numbers of a few bits less, for as floats they must be numbers.
  if (float) for (let at = 3; at < bytes.length; at += 4) bytes[at] = 0x3e | ((bytes[at] ?? 0) & 0x80);
  return capturedPcm(container, { codec: 'pcm', sampleRate, channels, bitDepth, ...(float ? { float } : {}) }, bytes);
};

interface Case {
  readonly name: string;
  readonly form: BodyForm;
  readonly mimeType: string;
  readonly isTagged?: boolean;
  captured(): Captured;
}

const cases: readonly Case[] = [
  ...([16, 24, 32] as const).map((bits) => ({
    name: `WAV of ${bits} bits, ${bits === 24 ? 'mono' : 'stereo'}`,
    form: RECORDED,
    mimeType: 'audio/wav',
    captured: () => pcm('wav', 44_100, bits === 24 ? 1 : 2, bits),
  })),
  {
    name: 'WAV of float, 4 channels',
    form: RECORDED,
    mimeType: 'audio/wav',
    captured: () => pcm('wav', 48_000, 4, 32, true),
  },
  ...[true, false].map((isTagged) => ({
    name: `MP3 ${isTagged ? 'behind a tag' : 'without a tag'}`,
    form: RECORDED,
    mimeType: 'audio/mpeg',
    isTagged,
    captured: () => capturedFrames('mp3', streamOf(frames, 'a.mp3')),
  })),
  {
    name: 'MP3 of variable bitrate',
    form: RECORDED,
    mimeType: 'audio/mpeg',
    captured: () => capturedFrames('mp3', streamOf(frames, 'v.mp3')),
  },
  ...[true, false].map((isTagged) => ({
    name: `AAC as recorded ${isTagged ? 'behind a tag' : 'without a tag'}`,
    form: RECORDED,
    mimeType: 'audio/aac',
    isTagged,
    captured: () => capturedFrames('adts', streamOf(frames, 'a.aac')),
  })),
  {
    name: 'AAC as MP4',
    form: { kind: 'fmp4' },
    mimeType: 'audio/mp4',
    captured: () => capturedFrames('adts', streamOf(frames, 'a.aac')),
  },
  ...['Vorbis 44.1 kHz stereo', 'Opus stereo', 'Opus mono speech, 60 ms', 'FLAC 44.1 kHz stereo'].map((name) => ({
    name: `Ogg ${name}`,
    form: RECORDED,
    mimeType: 'audio/ogg',
    captured: () => capturedOgg(streamOf(ogg, name)),
  })),
  ...(['recorded', 'wav'] as const).flatMap((kind) => [
    ...['44.1 kHz stereo', '48 kHz mono, small blocks'].map((name) => ({
      name: `FLAC ${kind}, ${name}`,
      form: { kind },
      mimeType: kind === 'wav' ? 'audio/wav' : 'audio/flac',
      captured: () => capturedFlac(streamOf(flac, name)),
    })),
    {
      name: `FLAC ${kind}, variable block size`,
      form: { kind },
      mimeType: kind === 'wav' ? 'audio/wav' : 'audio/flac',
      captured: () => capturedFlac(streamOf(flac, 'variable block size, without a header')),
    },
    {
      name: `FLAC ${kind}, of a soundcard`,
      form: { kind },
      mimeType: kind === 'wav' ? 'audio/wav' : 'audio/flac',
      captured: () => pcm('flac', 44_100, 2, 24),
    },
  ]),
];

/** A file that a test changes, and its body. */
class Scene {
  readonly disk = new MemoryFileSystem();
  readonly #path: string;
  live = true;
  readonly body: Promise<Body>;

  constructor({ recording, path }: GrownRecording, form: BodyForm, from = 0) {
    this.#path = path;
    const openBody = createOpenBody({ fileSystem: this.disk, loadFlac: loadFlacLibrary, encoder: noEncoder });
    this.body = openBody({ recording, file: () => path, live: () => this.live, from, spoolFolder: '/spool' }, form);
  }

  set(bytes: Uint8Array, live: boolean): void {
    this.disk.files.set(this.#path, bytes);
    this.live = live;
  }
}

async function readAll(body: Body, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.read(from, to)) {
    expect(piece.length).toBeLessThanOrEqual(64 * 1024);
    pieces.push(Uint8Array.from(piece));
  }
  const bytes = Buffer.concat(pieces);
  const filled: Uint8Array[] = [];
  await body.fill?.(from, Buffer.alloc(bytes.length), (part) => filled.push(Uint8Array.from(part)));
  if (body.fill) expect(Buffer.concat(filled).equals(bytes)).toBe(true);
  return bytes;
}

async function wholeBody(grown: GrownRecording, form: BodyForm, bytes = grown.final): Promise<Buffer> {
  const scene = new Scene(grown, form);
  scene.set(bytes, false);
  const body = await scene.body;
  const { bytes: length, ended } = await body.stable();
  expect(ended).toBe(true);
  return readAll(body, 0, length);
}

async function decoded(path: string): Promise<Buffer> {
  const args = ['-v', 'error', '-nostdin', '-i', path, '-f', 's32le', '-'];
  const { out, complaints } = await tool('ffmpeg', args);
  expect(complaints).toBe('');
  return out;
}

describe.each(cases)('$name', ({ form, mimeType, captured, isTagged = true }) => {
  let grown: GrownRecording;
  let final: Buffer;
  let index = 0;

  beforeAll(async () => {
    grown = await growRecording(captured(), { isTagged });
    final = await wholeBody(grown, form);
  });

  test('decodes without an error to the samples of the recording', async () => {
    const recorded = joinPath(folder, `recorded-${(index += 1)}-${grown.path.split('/').at(-1)}`);
    const sent = `${recorded}.sent`;
    await Promise.all([writeFile(recorded, grown.final), writeFile(sent, final)]);
    const [expected, samples] = await Promise.all([decoded(recorded), decoded(sent)]);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.equals(expected)).toBe(true);
    if (mimeType === 'audio/flac') await tool('flac', ['-s', '-t', sent]);
    const scene = new Scene(grown, form);
    scene.set(grown.final, false);
    const body = await scene.body;
    expect(body.mimeType).toBe(mimeType);
    const { bytes } = await body.stable();
    const { sampleRate, channels } = grown.recording.format;
    const ms = (samples.length / 4 / channels / sampleRate) * 1000;
    expect(Math.abs(body.durationMs(bytes) - ms)).toBeLessThan(120);
    expect(body.durationMs(0)).toBeLessThan(1);
    await rm(recorded);
    await rm(sent);
  });

  test('is the same bytes at every moment of its growth, and however it is read', async () => {
    const places = fc.array(fc.tuple(fc.nat({ max: grown.steps.length }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 8,
    });
    const reads = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 100_000 })), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(places, reads, async (moments, parts) => {
        const scene = new Scene(grown, form);
        const body = await scene.body;
        let before = 0;
        for (const [count, part] of moments.toSorted(([one, a], [other, b]) => one - other || a - b)) {
          scene.set(stateAfter(grown, count, part), true);
          const { bytes, ended } = await body.stable();
          expect(ended).toBe(false);
          expect(bytes).toBeGreaterThanOrEqual(before);
          expect(bytes).toBeLessThanOrEqual(final.length);
          expect((await readAll(body, before, bytes)).equals(final.subarray(before, bytes))).toBe(true);
          for (const [place, length] of parts) {
            const from = Math.floor(place * bytes);
            const to = Math.min(bytes, from + length);
            expect((await readAll(body, from, from + length)).equals(final.subarray(from, to))).toBe(true);
          }
          before = bytes;
        }
        scene.set(grown.final, false);
        expect(await body.stable()).toEqual({ bytes: final.length, ended: true });
        expect((await readAll(body, before, final.length)).equals(final.subarray(before))).toBe(true);
      }),
      { numRuns: 4 },
    );
  });

  test('keeps what was stable through a kill and its repair', async () => {
    const moment = fc.tuple(fc.nat({ max: grown.steps.length }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(moment, fc.boolean(), async ([count, part], isSameBody) => {
        const torn = stateAfter(grown, count, part);
        const scene = new Scene(grown, form);
        scene.set(torn, true);
        const { bytes } = await (await scene.body).stable();
        const mended = await repaired(grown, torn);
        if (!mended) {
          expect(bytes).toBe(0);
          return;
        }
        const after = isSameBody ? scene : new Scene(grown, form);
        after.set(mended, false);
        const body = await after.body;
        const last = await body.stable();
        expect(last.ended).toBe(true);
        expect(last.bytes).toBeGreaterThanOrEqual(bytes);
        const rest = await readAll(body, 0, last.bytes);
        expect(rest.subarray(0, bytes).equals(final.subarray(0, bytes))).toBe(true);
      }),
      { numRuns: 4 },
    );
  });

  test('goes on in another part without a loss', async () => {
    const scene = new Scene(grown, form);
    scene.set(grown.final, false);
    const body = await scene.body;
    const { bytes } = await body.stable();
    const middle = body.cut ? await body.cut(0, Math.floor(bytes * 0.6)) : Math.floor(bytes * 0.6);
    const from = await body.filePosition(middle);
    const later = new Scene(grown, form, from);
    later.set(grown.final, false);
    const second = await later.body;
    const { bytes: rest, ended } = await second.stable();
    expect(ended).toBe(true);
    const paths = ['first', 'second', 'all'].map((name) => joinPath(folder, `${name}.sent`));
    const [one = '', two = '', all = ''] = paths;
    await writeFile(one, await readAll(body, 0, middle));
    await writeFile(two, await readAll(second, 0, rest));
    await writeFile(all, final);
    // The first part may end within a unit, which only its own decoder complains about.
    const { out: first } = await tool('ffmpeg', ['-v', 'quiet', '-nostdin', '-i', one, '-f', 's32le', '-']);
    const [next, whole] = await Promise.all([decoded(two), decoded(all)]);
    expect(first.length + next.length).toBeGreaterThanOrEqual(whole.length);
    const { sampleRate, channels } = grown.recording.format;
    // What both hold is a unit at most; decoded FLAC, what is decoded at once; in Ogg two pages, for its decoder.
    const isWavOfFlac = form.kind === 'wav';
    const surplus = mimeType === 'audio/ogg' || isWavOfFlac ? 40_000 : form.kind === 'fmp4' ? 0.4 * sampleRate : 10_000;
    expect((first.length + next.length - whole.length) / channels / 4).toBeLessThan(surplus);
    const tail = 4 * channels * 2000;
    // Decoders that begin somewhere else come close only.
    const isExact = mimeType === 'audio/wav' || mimeType === 'audio/flac';
    if (isExact) expect(next.subarray(-tail).equals(whole.subarray(-tail))).toBe(true);
    if (mimeType === 'audio/ogg') {
      // It begins at time zero, too, and says how long it is.
      const stated = await probe(two);
      expect(Math.abs(stated.duration - next.length / 4 / channels / stated.sampleRate)).toBeLessThan(0.4);
      expect((await tool('ogginfo', [two])).out.toString()).not.toMatch(/warning|error|hole|missing/i);
    }
    expect(second.durationMs(rest)).toBeGreaterThan(0);
    expect(second.durationMs(rest)).toBeLessThan(body.durationMs(bytes));
  });
});

test('an MP4 is cut between two fragments, or where a fragment is longer than a chunk, within', async () => {
  const grown = await growRecording(capturedFrames('adts', streamOf(frames, 'a.aac')));
  const scene = new Scene(grown, { kind: 'fmp4' });
  scene.set(grown.final, false);
  const body = await scene.body;
  const { bytes } = await body.stable();
  const final = await readAll(body, 0, bytes);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 30_000 }), async (most) => {
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes;) {
        const limit = Math.min(bytes, at + most);
        const to = (await body.cut?.(at, limit)) ?? limit;
        expect(to).toBeGreaterThan(at);
        expect(to).toBeLessThanOrEqual(limit);
        chunks.push(await readAll(body, at, to));
        at = to;
      }
      expect(Buffer.concat(chunks).equals(final)).toBe(true);
      // Longer than any fragment and the header before it.
      if (most < 8000) return;
      for (const chunk of chunks.slice(1)) expect(chunk.toString('latin1', 4, 8)).toBe('moof');
    }),
    { numRuns: 6, examples: [[20_000]] },
  );
});

test('a tag is not sent, and what follows the audio neither', async () => {
  const captured = capturedFrames('mp3', streamOf(frames, 'a.mp3'));
  const grown = await growRecording(captured);
  const plain = withoutTag(Buffer.from(grown.final));
  expect((await wholeBody(grown, RECORDED)).equals(plain)).toBe(true);
  const tail = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 0x20)]);
  expect((await wholeBody(grown, RECORDED, Buffer.concat([grown.final, tail]))).equals(plain)).toBe(true);
});

test('WAV beyond 4 GiB is sent whole, also once it has become RF64', async () => {
  const path = joinPath(folder, 'long.wav');
  const format = { sampleRate: 192_000, channels: 2, bitDepth: 32 } as const;
  const writer = new WavWriter(format, { sourceName: 'Long', startedAt: 0, offsetMinutes: 0 });
  const recording = makeRecording({ container: 'wav', format: { codec: 'pcm', ...format } });
  const openBody = createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder: noEncoder });
  let live = true;
  const body = await openBody(
    { recording, file: () => path, live: () => live, from: 0, spoolFolder: folder },
    RECORDED,
  );
  const file = await open(path, 'w+');
  try {
    await file.write(writer.header(), 0, undefined, 0);
    const place = 2 ** 32 + 4096;
    const grow = async (dataBytes: number) => {
      await file.truncate(writer.dataOffset + dataBytes);
      for (const patch of writer.patch(dataBytes - (dataBytes % 8))) {
        await file.write(patch.bytes, 0, undefined, patch.offset);
      }
    };
    await grow(2 ** 31);
    const { bytes: early } = await body.stable();
    expect(early).toBe(44 + 2 ** 31);
    const head = await readAll(body, 0, 44);
    await grow(place + 5);
    await file.write(Buffer.from('beyond'), 0, undefined, writer.dataOffset + 2 ** 32 + 10);
    expect(await body.stable()).toEqual({ bytes: 44 + place, ended: false });
    expect((await readAll(body, 44 + 2 ** 32 + 10, 44 + 2 ** 32 + 16)).toString()).toBe('beyond');
    expect((await readAll(body, 0, 44)).equals(head)).toBe(true);
    await grow(place);
    live = false;
    expect(await body.stable()).toEqual({ bytes: 44 + place, ended: true });
    expect(body.durationMs(44 + place)).toBeCloseTo((place / 8 / 192_000) * 1000, 3);
  } finally {
    await file.close();
    await rm(path);
  }
});

test('says what is wrong with a file that is gone, or no audio', async () => {
  const grown = await growRecording(pcm('wav', 44_100, 1, 16));
  const scene = new Scene(grown, RECORDED);
  const body = await scene.body;
  await expect(body.stable()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const container of ['wav', 'mp3', 'adts', 'ogg', 'flac'] as const) {
    const other = { ...grown, recording: { ...grown.recording, container } };
    const bad = new Scene(other, RECORDED);
    bad.set(noise(100_000), false);
    await expect((await bad.body).stable()).rejects.toMatchObject({ code: 'DAMAGED' });
    bad.set(new Uint8Array(0), true);
  }
});
