import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutInto, join, pieceLengths, tool } from '../../../../test/support/codedAudio.ts';
import { packetHashes } from '../../../../test/support/ffmpeg.ts';
import { createAdtsParser, rawBlocks, readAacFormat } from '../adts.ts';
import type { Block } from '../block.ts';
import { Fmp4Writer } from './fmp4Writer.ts';

const recipes = [
  { name: '48 kHz stereo', rate: 48_000, layout: 'stereo', channels: 2 },
  { name: '44.1 kHz mono', rate: 44_100, layout: 'mono', channels: 1 },
  { name: '96 kHz, six channels', rate: 96_000, layout: '5.1', channels: 6 },
  { name: '8 kHz mono', rate: 8000, layout: 'mono', channels: 1 },
  { name: 'four channels that the first frame describes', rate: 44_100, layout: 'quad', channels: 4 },
] as const;

let folder = '';
const streams = new Map<string, Buffer>();

beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'longtake-fmp4-'));
  for (const { name, rate, layout, channels } of recipes) {
    const path = joinPath(folder, `${channels}-${rate}.aac`);
    const tone = `aevalsrc=${Array.from({ length: channels }, (_, at) => `0.3*sin(${400 + 90 * at}*t*(1+t))`).join('|')}`;
    const input = `${tone}:s=${rate}:d=3.3:c=${layout}`;
    const encoder = ['-c:a', 'aac', '-b:a', '96k'];
    await tool('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', input, ...encoder, '-f', 'adts', path]);
    streams.set(name, await readFile(path));
  }
});

afterAll(() => rm(folder, { recursive: true }));

const streamOf = (name: string): Buffer => streams.get(name) ?? Buffer.alloc(0);

function parse(pieces: readonly Uint8Array[]): Block[] {
  const parser = createAdtsParser();
  const blocks = pieces.flatMap((piece) => parser.push(piece).block ?? []);
  return [...blocks, ...[parser.flush().block ?? []].flat()];
}

function writer(stream: Uint8Array, blocksPerFragment: number, priming = 0): Fmp4Writer {
  return new Fmp4Writer(readAacFormat(stream), { blocksPerFragment, priming });
}

function written(stream: Uint8Array, pieces: readonly Uint8Array[], blocksPerFragment: number): Buffer {
  const muxer = writer(stream, blocksPerFragment);
  const body = parse(pieces).map((block) => muxer.write(block));
  return join([muxer.init(), ...body, muxer.end()]);
}

async function samplesOf(path: string): Promise<Buffer> {
  const { out, complaints } = await tool('ffmpeg', [
    '-v',
    'warning',
    '-xerror',
    '-nostdin',
    '-i',
    path,
    '-f',
    'f32le',
    '-',
  ]);
  expect(complaints.replaceAll(/.*Estimating duration from bitrate.*\n?/g, '')).toBe('');
  return out;
}

async function shown(path: string, entries: string): Promise<string[]> {
  const { out } = await tool('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', path]);
  return out.toString().trim().split('\n');
}

describe.each(recipes)('$name', ({ name, rate, channels }) => {
  test('decodes to the very samples of the ADTS, with times that add up', async () => {
    const stream = streamOf(name);
    const adts = joinPath(folder, 'plain.aac');
    const mp4 = joinPath(folder, 'plain.mp4');
    await Promise.all([writeFile(adts, stream), writeFile(mp4, written(stream, [stream], 10))]);
    const [expected, samples, hashes, plain, stated] = await Promise.all([
      samplesOf(adts),
      samplesOf(mp4),
      packetHashes(mp4),
      shown(mp4, 'packet=pts,duration'),
      shown(mp4, 'stream=codec_name,profile,sample_rate,channels,time_base'),
    ]);
    expect(samples.equals(expected)).toBe(true);
    expect(hashes).toHaveLength(parse([stream]).reduce((sum, block) => sum + (block.frames?.length ?? 0), 0));
    // ffprobe tells no duration of the first sample of a movie in fragments, whoever wrote it.
    expect(plain).toEqual(hashes.map((_, index) => `${index * 1024},${index === 0 ? 'N/A' : 1024}`));
    expect(stated).toEqual([`aac,LC,${rate},${channels},1/${rate}`]);
  });

  test('is the same bytes however the stream came in', () => {
    const stream = streamOf(name);
    fc.assert(
      fc.property(pieceLengths, fc.integer({ min: 1, max: 200 }), (lengths, blocksPerFragment) => {
        const whole = written(stream, [stream], blocksPerFragment);
        expect(written(stream, cutInto(stream, lengths), blocksPerFragment).equals(whole)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  test('plays from its segments, and goes on where it was left', async () => {
    const stream = streamOf(name);
    const [block] = parse([stream]);
    if (!block) throw new Error('no audio');
    const muxer = writer(stream, 7);
    muxer.push(block);
    const segments: Uint8Array[] = [muxer.init()];
    let position = 0;
    for (let segment = muxer.cut(rate); segment; segment = muxer.cut(rate)) {
      expect(segment).toMatchObject({ start: position });
      expect(segment.samples).toBeLessThanOrEqual(Math.max(rate, 1024));
      position += segment.samples;
      segments.push(segment.bytes);
    }
    expect(position).toBe(block.samples);
    const resumed = new Fmp4Writer(readAacFormat(stream), { blocksPerFragment: 7, from: muxer.place });
    resumed.push(block);
    segments.push(resumed.cut()?.bytes ?? new Uint8Array(0));
    const path = joinPath(folder, 'segments.mp4');
    await writeFile(path, join(segments));
    const times = await shown(path, 'packet=pts');
    expect(times).toEqual(Array.from({ length: (2 * block.samples) / 1024 }, (_, index) => `${index * 1024}`));
  });
});

test('puts the priming of an encoder before time zero', async () => {
  const stream = streamOf('48 kHz stereo');
  const muxer = writer(stream, 47, 1024);
  const path = joinPath(folder, 'primed.mp4');
  await writeFile(path, join([muxer.init(), ...parse([stream]).map((block) => muxer.write(block)), muxer.end()]));
  expect((await shown(path, 'packet=pts')).slice(0, 3)).toEqual(['-1024', '0', '1024']);
});

test('counts sample frames beyond 32 bits', async () => {
  const stream = streamOf('48 kHz stereo');
  const [block] = parse([stream]);
  if (!block) throw new Error('no audio');
  const samples = 2 ** 33;
  const muxer = new Fmp4Writer(readAacFormat(stream), { blocksPerFragment: 47, from: { samples, fragments: 2 ** 20 } });
  const path = joinPath(folder, 'late.mp4');
  await writeFile(path, join([muxer.init(), muxer.write(block), muxer.end()]));
  const [first] = await shown(path, 'packet=pts');
  expect(first).toBe(`${samples}`);
});

describe('frames of several blocks', () => {
  /** A frame with these blocks, 44.1 kHz stereo. */
  function frameOf(blocks: readonly Uint8Array[], hasCrc: boolean): Uint8Array {
    // A frame of one block has one checksum, in its header.
    const own = hasCrc && blocks.length > 1 ? [0xaa, 0xaa] : [];
    const crcs = hasCrc ? 2 + 2 * (blocks.length - 1) + own.length * blocks.length : 0;
    const length = 7 + crcs + blocks.reduce((sum, block) => sum + block.length, 0);
    const last = 0xfc | (blocks.length - 1);
    const head = [
      0xff,
      hasCrc ? 0xf0 : 0xf1,
      0x50,
      0x80 | (length >> 11),
      (length >> 3) & 0xff,
      ((length & 7) << 5) | 0x1f,
      last,
    ];
    const body: number[] = [];
    const starts: number[] = [];
    for (const block of blocks) {
      starts.push(body.length);
      body.push(...block, ...own);
    }
    const positions = hasCrc ? starts.slice(1).flatMap((at) => [at >> 8, at & 0xff]) : [];
    return Uint8Array.from([...head, ...positions, ...(hasCrc ? [0xbb, 0xbb] : []), ...body]);
  }

  test('are taken apart by the places that they state', () => {
    const block = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
        expect(rawBlocks(frameOf(blocks, true)).map((raw) => [...raw])).toEqual(blocks.map((raw) => [...raw]));
      }),
    );
  });

  test('are refused when nothing tells where the blocks begin', () => {
    const blocks = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    expect(() => rawBlocks(frameOf(blocks, false))).toThrow(expect.objectContaining({ code: 'FORMAT_UNSUPPORTED' }));
    const lying = frameOf(blocks, true);
    lying[8] = 200;
    expect(() => rawBlocks(lying)).toThrow(expect.objectContaining({ code: 'FORMAT_UNSUPPORTED' }));
  });

  test('never make anything throw but a refusal, whatever they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const frame = Uint8Array.from([0xff, 0xf1, 0x50, 0x80, 0x10, 0x1f, 0xfc, ...bytes]);
        for (const read of [() => readAacFormat(bytes), () => readAacFormat(frame), () => rawBlocks(bytes)]) {
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
          }
        }
      }),
    );
  });
});
