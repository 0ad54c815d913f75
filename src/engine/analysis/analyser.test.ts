import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import { WavWriter } from '../containers/wav.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { Analyser } from './analyser.ts';

const RATE = 48_000;

let folder: string;
let cacheFile: string;
let levelsFile: string;
let decoded: string[];
let maker: Analyser;
const never = new AbortController().signal;

/** Decodes everything to two seconds of stereo whose samples are all 16384 and -16384. */
const decoder: Decoder = {
  decodeFile: async (path) => {
    decoded.push(path);
    return { sampleRate: RATE, channels: 2, chunks: halfScale() };
  },
  decodeLive: () => Promise.reject(new Error('not asked')),
};

async function* halfScale() {
  const second = Buffer.alloc(RATE * 4);
  for (let at = 0; at < second.length; at += 4) second.writeInt32LE((-16_384 << 16) | 16_384, at);
  yield second;
  yield second;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-peaks-'));
  cacheFile = join(folder, 'cache', 'peaks', 'a.peaks');
  levelsFile = join(folder, 'cache', 'levels', 'a.levels');
  decoded = [];
  maker = new Analyser(nodeFileSystem, decoder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A WAV file with a ramp: sample n is n / frames of full scale. */
async function writeRamp(name: string, frames: number, bitDepth: 16 | 24 = 16, declared = frames): Promise<string> {
  const writer = new WavWriter(
    { sampleRate: RATE, channels: 1, bitDepth },
    { sourceName: 'A', startedAt: 0, offsetMinutes: 0 },
  );
  const size = bitDepth / 8;
  const header = Buffer.from(writer.header());
  for (const { offset, bytes } of writer.patch(declared * size)) header.set(bytes, offset);
  const samples = Buffer.alloc(frames * size);
  for (let frame = 0; frame < frames; frame += 1) {
    samples.writeIntLE(Math.floor((frame * 2 ** (bitDepth - 1)) / frames), frame * size, size);
  }
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([header, samples]));
  return path;
}

const peaks = (path: string, points = 100, container: Container = 'wav', signal = never) =>
  maker.peaks({ path, container, peaksFile: cacheFile, levelsFile }, points, signal);

const fileState = async () => {
  const { mtimeMs, ino } = await stat(cacheFile);
  return { mtimeMs, ino };
};

describe('a WAV file', () => {
  test.each([16, 24] as const)('of %i bit is read without the decoder', async (bitDepth) => {
    const { pairs, durationMs } = await peaks(await writeRamp('a.wav', 10 * RATE, bitDepth));
    expect(durationMs).toBe(10_000);
    expect(pairs).toHaveLength(200);
    pairs.forEach((value, index) => {
      const frame = (Math.floor(index / 2) + (index % 2)) / 100;
      expect(Math.abs(value - frame)).toBeLessThan(0.0001);
    });
    expect(decoded).toEqual([]);
  });

  test('has its few windows when more points are asked for', async () => {
    const { pairs, durationMs } = await peaks(await writeRamp('a.wav', 2410));
    expect(pairs).toHaveLength(6);
    expect(durationMs).toBe((2410 * 1000) / RATE);
  });

  test('whose header says more or less than there is gives what both agree on', async () => {
    expect((await peaks(await writeRamp('a.wav', RATE, 16, 5 * RATE))).durationMs).toBe(1000);
    await rm(cacheFile);
    expect((await peaks(await writeRamp('b.wav', RATE, 16, RATE / 2))).durationMs).toBe(500);
  });

  test('without samples has no peaks', async () => {
    expect(await peaks(await writeRamp('a.wav', 0))).toEqual({ pairs: [], durationMs: 0 });
  });

  test('of a kind that is not read directly goes to the decoder', async () => {
    const path = join(folder, 'float.wav');
    await writeFile(path, 'RIFFxxxxWAVEfmt no such format');
    expect((await peaks(path)).durationMs).toBe(2000);
    expect(decoded).toEqual([path]);
  });
});

describe('coded audio', () => {
  test('goes through the decoder once, and is then kept', async () => {
    const path = join(folder, 'a.mp3');
    await writeFile(path, 'coded');
    const first = await peaks(path, 16, 'mp3');
    expect(first.pairs).toEqual(Array.from({ length: 16 }, () => [-0.5, 0.5]).flat());
    expect(await peaks(path, 16, 'mp3')).toEqual(first);
    expect((await peaks(path, 40, 'mp3')).pairs).toHaveLength(80);
    expect(decoded).toEqual([path]);
  });

  test('that two ask for at once is decoded once', async () => {
    const path = join(folder, 'a.mp3');
    await writeFile(path, 'coded');
    await Promise.all([1, 2, 3].map(() => peaks(path, 16, 'mp3')));
    expect(decoded).toEqual([path]);
  });
});

describe('kept peaks', () => {
  test('are made anew when the file is another', async () => {
    const path = await writeRamp('a.wav', RATE);
    await peaks(path);
    const kept = await fileState();
    await peaks(path);
    expect(await fileState()).toEqual(kept);
    await writeRamp('a.wav', 2 * RATE);
    expect((await peaks(path)).durationMs).toBe(2000);
    await utimes(path, 1, 1);
    const before = await fileState();
    await peaks(path);
    expect(await fileState()).not.toEqual(before);
  });

  test('are made anew when they are damaged, wherever the damage is', async () => {
    const path = await writeRamp('a.wav', RATE);
    const whole = await peaks(path);
    const good = await readFile(cacheFile);
    const torn = [0, 1, 63, 64, good.length - 1].map((length) => good.subarray(0, length));
    // The header and the finest peaks; the coarser ones serve longer files.
    const flipped = Array.from({ length: 64 + 200 }, (_, at) => at)
      .filter((at) => at < 64 || at % 7 === 0)
      .map((at) => {
        const bytes = Buffer.from(good);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
        return bytes;
      });
    for (const bytes of [...torn, ...flipped, Buffer.concat([good, good]), Buffer.from('junk')]) {
      await writeFile(cacheFile, bytes);
      expect(await peaks(path)).toEqual(whole);
      expect(await readFile(cacheFile)).toEqual(good);
    }
  });

  test('are not kept of a file that changed meanwhile, and leave nothing behind after an error', async () => {
    const path = join(folder, 'a.mp3');
    await writeFile(path, 'coded');
    const request = { path, container: 'mp3', peaksFile: cacheFile, levelsFile } as const;
    const changing = new Analyser(nodeFileSystem, {
      ...decoder,
      decodeFile: async (name, container, signal) => {
        await writeFile(path, 'coded and more');
        return decoder.decodeFile(name, container, signal);
      },
    });
    await changing.peaks(request, 16, never);
    const failing = new Analyser(nodeFileSystem, {
      ...decoder,
      decodeFile: () => Promise.reject(new LongtakeError('DAMAGED', 'no audio')),
    });
    await expect(failing.peaks(request, 16, never)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(await readdir(join(folder, 'cache', 'peaks'))).toEqual([]);
  });
});

describe('coarser peaks', () => {
  test('are the same peaks, read faster, and made anew when they are damaged', async () => {
    const path = await writeRamp('a.wav', 60 * RATE);
    const few = await peaks(path, 10);
    expect(few.pairs).toHaveLength(20);
    // The finest resolution has to serve for so many.
    const many = await peaks(path, 3000);
    expect(many.pairs).toHaveLength(6000);
    few.pairs.forEach((value, index) => {
      const group = many.pairs.slice(600 * (index >> 1), 600 * (index >> 1) + 600);
      expect(value).toBe(index % 2 === 0 ? Math.min(...group) : Math.max(...group));
    });
    const good = await readFile(cacheFile);
    const bytes = Buffer.from(good);
    const at = good.length - 50;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    await writeFile(cacheFile, bytes);
    expect(await peaks(path, 3000)).toEqual(many);
    expect(await readFile(cacheFile)).toEqual(bytes);
    expect(await peaks(path, 10)).toEqual(few);
    expect(await readFile(cacheFile)).toEqual(good);
  });
});

describe('a stretch of peaks', () => {
  test('is checked, and made anew when it is damaged, but not for damage elsewhere', async () => {
    const path = await writeRamp('a.wav', 100 * RATE);
    const file = { path, container: 'wav', peaksFile: cacheFile, levelsFile } as const;
    const stretch = (fromSeconds: number, points = 50) =>
      maker.peakRange(file, { fromSeconds, toSeconds: fromSeconds + 1, points }, never);
    const first = await stretch(10);
    const last = await stretch(95);
    const coarse = await stretch(50, 1);
    expect(first?.pairs).toHaveLength(100);
    expect(first?.pairs[0]).toBeCloseTo(0.1, 3);
    expect(last?.pairs[0]).toBeCloseTo(0.95, 3);
    expect(coarse?.pairs[0]).toBeCloseTo(0.5, 2);
    const good = await readFile(cacheFile);
    const hurt = async (at: number): Promise<Buffer> => {
      const bytes = Buffer.from(good);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      await writeFile(cacheFile, bytes);
      return bytes;
    };
    // Pair 500 is in the first block of 16 KiB, pair 4750 in the second, and their sums are at the end.
    const inFirst = await hurt(64 + 4 * 500);
    expect(await stretch(95)).toEqual(last);
    expect(await readFile(cacheFile)).toEqual(inFirst);
    expect(await stretch(10)).toEqual(first);
    expect(await readFile(cacheFile)).toEqual(good);
    for (const at of [64 + 4 * 4750, 64 + 4 * 5000 + 100, good.length - 1, good.length - 5]) {
      await hurt(at);
      expect(await stretch(95)).toEqual(last);
      expect(await readFile(cacheFile)).toEqual(good);
    }
    await hurt(64 + 4 * 5025);
    expect(await stretch(50, 1)).toEqual(coarse);
    expect(await readFile(cacheFile)).toEqual(good);
  });
});

describe('a kept envelope', () => {
  const file = (path: string) => ({ path, container: 'wav' as const, peaksFile: cacheFile, levelsFile });
  const levels = async (path: string, onFrames?: (frames: number) => void) =>
    maker.levels(file(path), { signal: never, onFrames });

  test('is made in the pass that makes the peaks, and kept', async () => {
    const path = await writeRamp('a.wav', 40 * RATE);
    await peaks(path);
    const { ino } = await stat(levelsFile);
    const made: number[] = [];
    const kept = await levels(path, (frames) => made.push(frames));
    expect(made).toEqual([]);
    expect(kept.levels).toHaveLength(400);
    expect(kept.noise.floors).toHaveLength(2);
    expect(kept.audio).toMatchObject({ frames: 40 * RATE, sampleRate: RATE });
    // The last window of a ramp from nothing to full scale.
    expect((kept.levels.at(-1) ?? 0) / 500 - 100).toBeCloseTo(20 * Math.log10(399.5 / 400), 2);
    expect((await stat(levelsFile)).ino).toBe(ino);
  });

  test('is made anew when the file is another, or it is damaged anywhere', async () => {
    const path = await writeRamp('a.wav', RATE);
    const whole = await levels(path);
    const good = await readFile(levelsFile);
    const flipped = Array.from({ length: good.length }, (_, at) => at)
      .filter((at) => at < 60 || at >= 64)
      .map((at) => {
        const bytes = Buffer.from(good);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
        return bytes;
      });
    for (const bytes of [Buffer.alloc(0), good.subarray(0, -1), ...flipped, Buffer.concat([good, good])]) {
      await writeFile(levelsFile, bytes);
      expect(await levels(path)).toEqual(whole);
      expect(await readFile(levelsFile)).toEqual(good);
    }
    await writeRamp('a.wav', 2 * RATE);
    expect((await levels(path)).levels).toHaveLength(20);
  });

  test('leaves nothing behind when it is cancelled', async () => {
    const path = await writeRamp('a.wav', 60 * RATE);
    const cancel = new AbortController();
    const work = maker.levels(file(path), { signal: cancel.signal, onFrames: () => cancel.abort() });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(join(folder, 'cache', 'levels'))).toEqual([]);
    expect(await readdir(join(folder, 'cache', 'peaks'))).toEqual([]);
  });
});

test('a file that is gone is NOT_FOUND; a cancelled request is CANCELLED and another one works', async () => {
  await expect(peaks(join(folder, 'gone.wav'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const path = await writeRamp('a.wav', 60 * RATE);
  const cancel = new AbortController();
  const cancelled = peaks(path, 16, 'wav', cancel.signal);
  cancel.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await peaks(path)).durationMs).toBe(60_000);
});
