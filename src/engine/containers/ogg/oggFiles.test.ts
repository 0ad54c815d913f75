import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutInto, join, tool } from '../../../../test/support/codedAudio.ts';
import { decode, probe } from '../../../../test/support/ffmpeg.ts';
import { type OggName, makeOggStreams, oggFile, oggNames, parseOgg } from '../../../../test/support/oggStreams.ts';
import { cutBlock, lengthOf, unitsOf, whole } from '../../../../test/support/streamParts.ts';
import type { Block } from '../block.ts';
import { titleOf, valueOf } from '../vorbisComment.ts';

let folder = '';
let streams: ReadonlyMap<string, Uint8Array> = new Map();

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'longtake-ogg-'));
  streams = await makeOggStreams();
});

afterAll(() => rm(folder, { recursive: true }));

interface Part {
  readonly path: string;
  readonly bytes: Buffer;
  readonly samples: number;
}

async function cutIntoFiles(name: OggName): Promise<{ parts: readonly Part[]; original: string }> {
  const stream = streams.get(name) ?? new Uint8Array(0);
  const original = joinPath(folder, 'original.ogg');
  await writeFile(original, stream);
  const [segment] = parseOgg(cutInto(stream, [1448])).segments;
  if (!segment) throw new Error('no segment');
  const places = fc.sample(fc.integer({ min: 1, max: 999 }), { numRuns: 3, seed: 7 });
  const blocks = cutBlock(whole(segment), places);
  expect(blocks.length).toBeGreaterThan(2);
  const parts = await Promise.all(
    blocks.map(async (block, index) => {
      const path = joinPath(folder, `part${index}.ogg`);
      const file = oggFile(segment.headers, block, index === 0);
      await writeFile(path, file.bytes);
      return { path, ...file };
    }),
  );
  return { parts, original };
}

/** Sample frames at the start of a file in mid-stream that are not played: the window of an Opus decoder opens. */
function opening(name: string): number {
  return name.startsWith('Opus') ? 120 : 0;
}

test.each(oggNames)('%s: files cut anywhere play alone and tell their duration', async (name) => {
  const { parts, original } = await cutIntoFiles(name);
  const codec = name.split(' ')[0]?.toLowerCase();
  const expected = await probe(original);
  const [headers] = parseOgg([streams.get(name) ?? new Uint8Array(0)]).segments.map((segment) => segment.headers);
  const { sampleRate: rate = 0, preSkip = 0 } = headers ?? {};
  await Promise.all(
    parts.map(async ({ path, samples }, index) => {
      const [probed, decoded] = await Promise.all([probe(path), decode(path)]);
      expect(probed).toMatchObject({ codec, sampleRate: expected.sampleRate, channels: expected.channels });
      // ffprobe counts the pre-skip.
      expect(probed.duration).toBeCloseTo((samples + (index === 0 ? preSkip : opening(name))) / rate, 4);
      expect(decoded.complaints).toBe('');
      expect(await playedSamples(path, name, decoded.pcm, expected.channels)).toBe(samples);
    }),
  );
  const paths = parts.map(({ path }) => path);
  const { out } = await tool('ogginfo', paths);
  expect(out.toString()).not.toMatch(/warning|error|hole|negative|missing/i);
  if (codec === 'opus') {
    expect(await opusinfo(paths)).not.toMatch(/warning|error|hole/i);
  }
  if (codec === 'flac') await tool('flac', ['-s', '-t', ...paths]);
});

/** What a decoder gives. ffmpeg is exact for all but Vorbis files of a single page of audio, where it drops a packet. */
async function playedSamples(path: string, name: OggName, pcm: Buffer, channels: number): Promise<number> {
  const bytes = name.startsWith('Vorbis') ? (await tool('oggdec', ['-Q', '-R', '-o', '-', path])).out : pcm;
  return bytes.length / (2 * channels);
}

/** What `opusinfo` says; it fails for a warning too. */
async function opusinfo(paths: readonly string[]): Promise<string> {
  return (await tool('sh', ['-c', 'opusinfo "$@" 2>&1; true', 'sh', ...paths])).out.toString();
}

test.each(oggNames)('%s: the files joined hold the packets and the samples of the stream', async (name) => {
  const { parts, original } = await cutIntoFiles(name);
  const stream = parseOgg([streams.get(name) ?? new Uint8Array(0)]);
  const again = parts.map(({ bytes }) => parseOgg([bytes]));
  for (const [index, parsed] of again.entries()) {
    expect(parsed).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
    const [segment] = parsed.segments;
    expect(titleOf(segment?.headers.comments ?? { vendor: '', fields: [] })).toBe('Nobody - On air');
    expect(valueOf(segment?.headers.comments ?? { vendor: '', fields: [] }, 'source')).toBe('Täst');
    expect(segment?.headers.preSkip).toBe(index === 0 ? stream.segments[0]?.headers.preSkip : opening(name));
  }
  if (name.startsWith('FLAC')) {
    const raw = (paths: readonly string[]) =>
      tool('flac', ['-s', '-d', '-c', '--force-raw-format', '--endian=little', '--sign=signed', ...paths]);
    const paths = parts.map(({ path }) => path);
    expect(Buffer.compare((await raw(paths)).out, (await raw([original])).out)).toBe(0);
  } else {
    expect(again.flatMap((parsed) => unitsOf(parsed))).toEqual(unitsOf(stream));
  }
  const played = (await decode(original)).pcm.length / ((await probe(original)).channels * 2);
  const joined = parts.reduce((sum, part) => sum + part.samples, 0);
  if (name.startsWith('Vorbis')) expect(joined).toBeLessThan(played);
  else expect(joined).toBe(played - (parts.length - 1) * opening(name));
});

test('what a Vorbis file lacks at its start is less than a block, and the rest is the same', async () => {
  const { parts, original } = await cutIntoFiles('Vorbis 44.1 kHz stereo');
  const [first, second] = parts;
  if (!first || !second) throw new Error('no parts');
  const [all, before, behind] = await Promise.all([original, first.path, second.path].map(decode));
  if (!all || !before || !behind) throw new Error('not decoded');
  expect(Buffer.compare(all.pcm.subarray(0, before.pcm.length), before.pcm)).toBe(0);
  const at = all.pcm.indexOf(behind.pcm.subarray(0, 4000), before.pcm.length);
  const missing = (at - before.pcm.length) / 4;
  expect(missing).toBeGreaterThan(0);
  expect(missing).toBeLessThanOrEqual(1024);
  expect(Buffer.compare(all.pcm.subarray(at, at + behind.pcm.length), behind.pcm)).toBe(0);
});

test('an Opus file from the middle comes to the original within 0.2 s', async () => {
  const { parts, original } = await cutIntoFiles('Opus stereo');
  const [first, second] = parts;
  if (!first || !second) throw new Error('no parts');
  const [all, behind] = await Promise.all([original, second.path].map(decode));
  if (!all || !behind) throw new Error('not decoded');
  const start = (first.samples + opening('Opus stereo')) * 4;
  const settled = 9600 * 4;
  let worst = 0;
  for (let at = settled; at < behind.pcm.length - 1; at += 2) {
    worst = Math.max(worst, Math.abs(all.pcm.readInt16LE(start + at) - behind.pcm.readInt16LE(at)));
  }
  // 40 dB below full scale, where a step would be heard; the signal itself is at -10 dB.
  expect(worst).toBeLessThan(328);
});

test.each(['Vorbis 44.1 kHz stereo', 'Opus stereo', 'Opus mono speech, 60 ms'] as const)(
  '%s: with a pre-roll a file begins as the stream had it, and no reader complains',
  async (name) => {
    const stream = streams.get(name) ?? new Uint8Array(0);
    const [segment] = parseOgg([stream]).segments;
    if (!segment) throw new Error('no segment');
    const [before, own] = cutBlock(whole(segment), [480]);
    if (!before || !own) throw new Error('no cut');
    const preRoll = lastPackets(before, name.startsWith('Vorbis') ? 1 : 10);
    const { bytes, samples } = oggFile(segment.headers, own, false, preRoll);
    expect(samples).toBe(own.samples);
    const [original, path] = [joinPath(folder, 'original.ogg'), joinPath(folder, 'preRoll.ogg')];
    await Promise.all([writeFile(original, stream), writeFile(path, bytes)]);
    const [all, alone, { channels }] = await Promise.all([decode(original), decode(path), probe(path)]);
    expect(alone.complaints).toBe('');
    expect(alone.pcm.length).toBe(samples * channels * 2);
    const expected = all.pcm.subarray(all.pcm.length - alone.pcm.length);
    let worst = 0;
    for (let at = 0; at < expected.length - 1; at += 2) {
      worst = Math.max(worst, Math.abs(expected.readInt16LE(at) - alone.pcm.readInt16LE(at)));
    }
    expect(worst).toBeLessThan(name.startsWith('Vorbis') ? 1 : 328);
    if (name.startsWith('Opus')) expect(await opusinfo([path])).not.toMatch(/warning|error|hole/i);
  },
);

function lastPackets({ bytes, frames = [] }: Block, count: number): Block {
  const last = frames.slice(-count);
  const samples = last.reduce((sum, frame) => sum + frame.samples, 0);
  return { bytes: bytes.subarray(bytes.length - lengthOf(last)), samples, frames: last };
}

test('a chain of streams becomes segments with their own comments, and pages join to the same packets', () => {
  const names: readonly OggName[] = ['Vorbis 44.1 kHz stereo', 'Opus stereo', 'FLAC 44.1 kHz stereo', 'Opus stereo'];
  const chain = names.map((name) => streams.get(name) ?? new Uint8Array(0));
  const parsed = parseOgg(cutInto(join(chain), [1448]));
  expect(parsed.segments.map(({ headers }) => headers.codec)).toEqual(['vorbis', 'opus', 'flac', 'opus']);
  expect(parsed.segments.map(({ headers }) => titleOf(headers.comments))).toEqual(Array(4).fill('Nobody - On air'));
  expect(unitsOf(parsed)).toEqual(chain.flatMap((bytes) => unitsOf(parseOgg([bytes]))));
  expect(parsed).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
});
