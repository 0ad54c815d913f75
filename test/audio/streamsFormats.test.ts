import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdtsParser } from '../../src/engine/containers/adts.ts';
import type { Block } from '../../src/engine/containers/block.ts';
import { splitBlock } from '../../src/engine/containers/block.ts';
import type { FrameParser } from '../../src/engine/containers/frameParser.ts';
import { createMpegAudioParser } from '../../src/engine/containers/mpegAudio.ts';
import { type WavFormat, WavWriter } from '../../src/engine/containers/wav.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { inspectFile } from '../../src/engine/recorder/inspect.ts';
import { repairFile } from '../../src/engine/recorder/repair.ts';
import { type Recipe, decode, encode, probe } from '../support/ffmpeg.ts';

const run = promisify(execFile);
const SECONDS = 6;
/** A run finds what the run before found; another seed looks further. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('AAC whose channels only its frames tell has them all', async () => {
  const path = join(folder, 'quad.aac');
  await encode(path, { duration: 1, encoder: ['-ac', '4', '-channel_layout', 'quad', '-c:a', 'aac'] });
  expect((await inspectFile(nodeFileSystem, path)).format.channels).toBe(4);
  expect((await probe(path)).channels).toBe(4);
});

interface Coded {
  readonly name: string;
  readonly file: string;
  readonly create: () => FrameParser;
  readonly recipe: Recipe;
  /** kbit/s, when constant. */
  readonly bitrate?: number;
}

const mp3 = (...settings: string[]) => ['-c:a', 'libmp3lame', '-id3v2_version', '0', '-write_xing', '0', ...settings];
const mpeg = createMpegAudioParser;
const coded: readonly Coded[] = [
  { name: 'MP3 CBR', file: 'cbr.mp3', create: mpeg, recipe: { encoder: mp3('-b:a', '128k') }, bitrate: 128 },
  { name: 'MP3 VBR', file: 'vbr.mp3', create: mpeg, recipe: { encoder: mp3('-q:a', '4') } },
  {
    name: 'MP3 mono',
    file: 'mono.mp3',
    create: mpeg,
    recipe: { channels: 1, encoder: mp3('-b:a', '64k') },
    bitrate: 64,
  },
  {
    name: 'MPEG-2 MP3',
    file: 'low.mp3',
    create: mpeg,
    recipe: { rate: 22_050, encoder: mp3('-b:a', '48k') },
    bitrate: 48,
  },
  { name: 'MPEG-2.5 MP3', file: 'lower.mp3', create: mpeg, recipe: { rate: 8000, encoder: mp3('-b:a', '16k') } },
  { name: 'MP2', file: 'two.mp2', create: mpeg, recipe: { rate: 48_000, encoder: ['-c:a', 'mp2', '-b:a', '192k'] } },
  { name: 'AAC', file: 'lc.aac', create: createAdtsParser, recipe: { rate: 48_000, encoder: ['-c:a', 'aac'] } },
  {
    name: 'AAC mono',
    file: 'mono.aac',
    create: createAdtsParser,
    recipe: { rate: 16_000, channels: 1, encoder: ['-c:a', 'aac', '-b:a', '32k'] },
  },
];

/** All blocks of a file, read in pieces. */
function blocksOf(create: () => FrameParser, bytes: Uint8Array, piece: number): Block[] {
  const parser = create();
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    const { block, skipped } = parser.push(bytes.subarray(at, at + piece));
    expect(skipped).toBe(0);
    if (block) blocks.push(block);
  }
  const { block, skipped, trailing } = parser.flush();
  expect(skipped + trailing).toBe(0);
  return block ? [...blocks, block] : blocks;
}

describe.each(coded)('$name of a real encoder', ({ file, create, recipe, bitrate }) => {
  let path = '';
  let bytes: Buffer;
  beforeAll(async () => {
    path = join(folder, file);
    await encode(path, { ...recipe, duration: SECONDS });
    bytes = await readFile(path);
  });

  test('is parsed byte for byte, with the duration that ffmpeg decodes', async () => {
    const blocks = blocksOf(create, bytes, 1400);
    expect(Buffer.concat(blocks.map((block) => block.bytes)).equals(bytes)).toBe(true);
    const { pcm, complaints } = await decode(path);
    const probed = await probe(path);
    expect(complaints).toBe('');
    const samples = blocks.reduce((sum, block) => sum + block.samples, 0);
    const rate = recipe.rate ?? 44_100;
    expect(probed).toMatchObject({ sampleRate: rate, channels: recipe.channels ?? 2 });
    expect(samples).toBe(pcm.length / 2 / probed.channels);
    const found = await inspectFile(nodeFileSystem, path);
    expect(found).toMatchObject({ samples, needsRepair: false });
    expect(found.format).toMatchObject({ sampleRate: probed.sampleRate, channels: probed.channels });
    if (bitrate !== undefined) expect(Math.abs((found.format.bitrate ?? 0) / 1000 - bitrate)).toBeLessThan(1);
  });

  test('split at any sample, each part decodes alone without a complaint, and the parts are the whole', async () => {
    const whole = blocksOf(create, bytes, 4096);
    const total = whole.reduce((sum, block) => sum + block.samples, 0);
    const cuts = fc.sample(fc.integer({ min: Math.floor(total / 8), max: Math.floor((total * 7) / 8) }), {
      numRuns: 4,
      seed: SEED,
    });
    for (const cut of cuts) {
      const parts: [Uint8Array[], Uint8Array[]] = [[], []];
      let at = 0;
      for (const block of whole) {
        const [before, after] = splitBlock(block, cut - at);
        if (before.samples > 0) parts[0].push(before.bytes);
        if (after.samples > 0) parts[1].push(after.bytes);
        at += block.samples;
      }
      const joined = parts.map((pieces) => Buffer.concat(pieces));
      expect(Buffer.concat(joined).equals(bytes)).toBe(true);
      for (const [index, part] of joined.entries()) {
        const partPath = join(folder, `part-${index}-${file}`);
        await writeFile(partPath, part);
        const { complaints, pcm } = await decode(partPath);
        expect(complaints, `seed ${SEED}, cut ${cut}, part ${index}`).toBe('');
        const found = await inspectFile(nodeFileSystem, partPath);
        expect(pcm.length / 2 / found.format.channels).toBe(found.samples);
      }
    }
  });

  test('torn anywhere, it is mended to whole frames that decode', async () => {
    const lengths = fc.sample(fc.integer({ min: 6000, max: bytes.length - 1 }), { numRuns: 4, seed: SEED });
    for (const length of lengths) {
      const torn = join(folder, `torn-${file}`);
      await writeFile(torn, bytes);
      await truncate(torn, length);
      const mended = await repairFile(nodeFileSystem, torn);
      expect(mended.bytes).toBeGreaterThan(length - 2900);
      const { complaints, pcm } = await decode(torn);
      expect(complaints, `seed ${SEED}, length ${length}`).toBe('');
      expect(pcm.length / 2 / mended.format.channels).toBe(mended.samples);
    }
  });
});

describe('WAV', () => {
  const formats: readonly WavFormat[] = [
    { sampleRate: 44_100, channels: 1, bitDepth: 16 },
    { sampleRate: 48_000, channels: 2, bitDepth: 16 },
    { sampleRate: 96_000, channels: 2, bitDepth: 24 },
    { sampleRate: 48_000, channels: 1, bitDepth: 24 },
    { sampleRate: 48_000, channels: 8, bitDepth: 24 },
  ];
  const start = { startedAt: Date.UTC(2026, 10, 21, 9, 0, 0), offsetMinutes: 60, sourceName: 'Studio Ä' };

  /** A file whose header states `stated` sample frames of the `held` that are in it. */
  async function write(format: WavFormat, stated: number, held: number): Promise<string> {
    const path = join(folder, `${format.sampleRate}-${format.channels}-${format.bitDepth}-${stated}.wav`);
    const writer = new WavWriter(format, start);
    const data = new Uint8Array(held * writer.frameBytes);
    for (let at = 0; at < data.length; at += 1) data[at] = (at * 7) % 251;
    const header = writer.header();
    for (const patch of writer.patch(stated * writer.frameBytes)) header.set(patch.bytes, patch.offset);
    await writeFile(
      path,
      Buffer.concat([header, data, stated === held ? writer.tail(data.length) : new Uint8Array(0)]),
    );
    return path;
  }

  test.each(formats)(
    '$channels channels, $bitDepth bits, $sampleRate Hz is read alike by ffprobe and sox',
    async (format) => {
      const samples = 12_345;
      const path = await write(format, samples, samples);
      const probed = await probe(path);
      expect(probed).toMatchObject({ container: 'wav', sampleRate: format.sampleRate, channels: format.channels });
      expect(probed.codec).toBe(`pcm_s${format.bitDepth}le`);
      expect(probed.duration).toBeCloseTo(samples / format.sampleRate, 5);
      expect(probed.tags).toMatchObject({
        encoded_by: 'Longtake',
        date: '2026-11-21',
        creation_time: '10:00:00',
        time_reference: String(10 * 3600 * format.sampleRate),
        comment: 'Studio Ä',
      });
      const { stdout, stderr } = await run('soxi', [path]);
      expect(stderr).toBe('');
      expect(stdout).toContain(`Channels       : ${format.channels}`);
      expect(stdout).toContain(`Sample Rate    : ${format.sampleRate}`);
      expect(stdout).toContain(`Precision      : ${format.bitDepth}-bit`);
      expect(stdout).toMatch(new RegExp(`= ${samples} samples`));
      expect((await decode(path)).complaints).toBe('');
    },
  );

  test('of a recorder that was killed plays up to its last header, and whole after its repair', async () => {
    const format: WavFormat = { sampleRate: 48_000, channels: 2, bitDepth: 16 };
    const path = await write(format, 24_000, 100_000);
    expect((await probe(path)).duration).toBeCloseTo(0.5, 5);
    expect((await decode(path)).complaints).toBe('');
    expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples: 100_000 });
    expect((await probe(path)).duration).toBeCloseTo(100_000 / 48_000, 5);
    const { stdout } = await run('soxi', ['-s', path]);
    expect(Number(stdout)).toBe(100_000);
  });

  test('of more than 4 GiB is RF64 that ffprobe reads to its end', async () => {
    const format: WavFormat = { sampleRate: 96_000, channels: 8, bitDepth: 24 };
    const path = join(folder, 'wide.wav');
    const writer = new WavWriter(format, start);
    const samples = 200_000_000;
    const data = samples * writer.frameBytes;
    const file = await open(path, 'wx');
    await file.write(writer.header(), 0, writer.dataOffset, 0);
    // Nothing is stored of what is never written: the file takes no room on the disk.
    await file.truncate(writer.dataOffset + data);
    for (const patch of writer.patch(data)) await file.write(patch.bytes, 0, patch.bytes.length, patch.offset);
    await file.close();
    const probed = await probe(path);
    expect(probed).toMatchObject({ codec: 'pcm_s24le', channels: 8 });
    expect(probed.duration).toBeCloseTo(samples / 96_000, 3);
    expect(await inspectFile(nodeFileSystem, path)).toMatchObject({ samples, needsRepair: false });
  });
});

describe('hostile input', () => {
  test('ends every parser in bounded time with every byte counted', async () => {
    const seeds = await Promise.all(['cbr.mp3', 'lc.aac'].map((name) => readFile(join(folder, name))));
    const mutation = fc.tuple(
      fc.nat({ max: seeds.length - 1 }),
      fc.nat({ max: 20_000 }),
      fc.array(fc.tuple(fc.nat({ max: 7999 }), fc.nat({ max: 255 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3000 }),
    );
    fc.assert(
      fc.property(mutation, ([which, from, changes, piece]) => {
        const bytes = Uint8Array.from((seeds[which] ?? Buffer.alloc(0)).subarray(from, from + 8000));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        for (const create of [createMpegAudioParser, createAdtsParser]) {
          const parser = create();
          let counted = 0;
          let ended = false;
          for (let at = 0; at < bytes.length; at += piece) {
            const result = parser.push(bytes.subarray(at, at + piece));
            counted += (result.block?.bytes.length ?? 0) + result.skipped;
            ended ||= result.changedTo !== undefined;
          }
          const end = parser.flush();
          counted += (end.block?.bytes.length ?? 0) + end.skipped + end.trailing;
          expect(counted === bytes.length || ended).toBe(true);
        }
      }),
      { numRuns: 1000, seed: SEED },
    );
  });
});
