import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { LevelWindow } from '../containers/levels.ts';
import { tool } from '../../../test/support/codedAudio.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import { fromFirstFrame } from './fileStart.ts';
import { meterGrowingFile } from './streamMeter.ts';
import { tailFile } from './tailFile.ts';

const timing = { pollMs: 5, idleMs: 150 };

let folder: string;
let file: string;
let cancel: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-meter-'));
  file = join(folder, 'growing.mp3');
  cancel = new AbortController();
});

afterEach(async () => {
  cancel.abort();
  await rm(folder, { recursive: true, force: true });
});

const bytesFrom = (start: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (start + index) % 251));

describe('reading along', () => {
  const tail = () =>
    tailFile(nodeFileSystem, { path: file, container: 'mp3' }, { clock: systemClock, signal: cancel.signal, timing });

  test('begins near the end, takes every byte that comes, and ends when none come', async () => {
    await writeFile(file, bytesFrom(0, 20_000));
    const pieces: Uint8Array[] = [];
    for await (const bytes of tail()) {
      pieces.push(bytes);
      const size = 20_000 + 1000 * pieces.length;
      if (pieces.length < 10) await appendFile(file, bytesFrom(size - 1000, 1000));
    }
    expect(Buffer.concat(pieces).equals(bytesFrom(20_000 - 8192, 8192 + 9000))).toBe(true);
  });

  test('begins with the headers, without which Ogg cannot be decoded', async () => {
    const sine = ['-f', 'lavfi', '-i', 'anoisesrc=d=4', '-c:a', 'libopus', '-b:a', '96k', '-f', 'ogg', file];
    await tool('ffmpeg', ['-v', 'error', '-nostdin', ...sine]);
    const whole = await readFile(file);
    const audio = { path: file, container: 'ogg' } as const;
    const pieces: Uint8Array[] = [];
    const reading = tailFile(nodeFileSystem, audio, { clock: systemClock, signal: cancel.signal, timing });
    for await (const bytes of reading) pieces.push(bytes);
    expect(whole.length).toBeGreaterThan(20_000);
    const [head = new Uint8Array(), ...rest] = pieces;
    expect(Buffer.from(head).toString('latin1')).toMatch(/^OggS[^]*OpusHead[^]*OpusTags/);
    expect(whole.subarray(0, head.length).equals(head)).toBe(true);
    expect(Buffer.concat(rest).equals(whole.subarray(-8192))).toBe(true);
  });

  test('gives AAC from a whole frame on', async () => {
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=4', '-c:a', 'aac', '-b:a', '96k', '-f', 'adts', file];
    await tool('ffmpeg', ['-v', 'error', '-nostdin', ...noise]);
    const whole = await readFile(file);
    async function* halfAFrame() {
      yield* [whole.subarray(-8000, -3000), whole.subarray(-3000)];
    }
    const pieces: Uint8Array[] = [];
    for await (const bytes of fromFirstFrame(halfAFrame(), 'adts')) pieces.push(bytes);
    const frames = Buffer.concat(pieces);
    expect(frames.length).toBeGreaterThan(5000);
    // The sync word of ADTS, and what follows is as it was.
    expect(frames.readUInt16BE(0) & 0xfff6).toBe(0xfff0);
    expect(whole.includes(frames)).toBe(true);
  });

  test('goes on near the end when it is far behind', async () => {
    await writeFile(file, 'x');
    const pieces: Uint8Array[] = [];
    for await (const bytes of tail()) {
      pieces.push(bytes);
      if (pieces.length === 1) await writeFile(file, bytesFrom(0, 2_000_000));
    }
    expect(Buffer.concat(pieces.slice(1)).equals(bytesFrom(2_000_000 - 8192, 8192))).toBe(true);
  });

  test('ends when it is told to, and when the file shrinks', async () => {
    await writeFile(file, bytesFrom(0, 100));
    const reading = tail();
    await reading.next();
    const next = reading.next();
    cancel.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    cancel = new AbortController();
    const shrinking = tail();
    await shrinking.next();
    await truncate(file, 0);
    expect((await shrinking.next()).done).toBe(true);
  });

  test('says when there is no file', async () => {
    await expect(tail().next()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the meter', () => {
  const told: (LevelWindow & { readonly at: number })[] = [];
  const meter = (decoder: Decoder, container: Container = 'mp3') =>
    meterGrowingFile(
      { path: file, container },
      {
        fileSystem: nodeFileSystem,
        decoder,
        clock: systemClock,
        signal: cancel.signal,
        timing,
        retryMs: 1,
        onLevels: (levels) => told.push({ ...levels, at: performance.now() }),
      },
    );

  beforeEach(() => {
    told.length = 0;
  });

  /** Gives `seconds` of one level at once, then waits to be cancelled. */
  const bursting = (seconds: number, sampleRate = 1000, level = 16_384): Decoder => ({
    decodeFile: () => Promise.reject(new Error('not asked')),
    decodeLive: async (_container, _input, signal) => ({
      sampleRate,
      channels: 1,
      chunks: (async function* chunks() {
        yield new Uint8Array(new Int16Array(Math.round(seconds * sampleRate)).fill(level).buffer);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        throw new LongtakeError('CANCELLED', 'cancelled');
      })(),
    }),
  });

  test.each([1000, 11_025])('tells ten windows a second of what came in a burst, at %i Hz', async (sampleRate) => {
    const metering = meter(bursting(0.71, sampleRate));
    await expect.poll(() => told.length).toBe(7);
    for (const { peak, rms } of told) {
      expect(peak[0]).toBeCloseTo(-6.02, 2);
      expect(rms[0]).toBeCloseTo(-6.02, 2);
    }
    // Not in one go: 600 ms on a computer that has nothing else to do.
    expect((told.at(-1)?.at ?? 0) - (told[0]?.at ?? 0)).toBeGreaterThan(100);
    cancel.abort();
    await metering;
  });

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const metering = meter(bursting(0.71));
      await vi.advanceTimersByTimeAsync(0);
      expect(vi.getTimerCount()).toBe(1);
      cancel.abort();
      await metering;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('tries again when the decoder stumbles, and gives up when it only stumbles', async () => {
    let tries = 0;
    const stumbling: Decoder = {
      decodeFile: () => Promise.reject(new Error('not asked')),
      decodeLive: () => {
        tries += 1;
        return Promise.reject(new LongtakeError('DAMAGED', 'no frame'));
      },
    };
    await expect(meter(stumbling)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(tries).toBe(5);
  });

  test('does not try again without a decoder', async () => {
    const missing: Decoder = {
      decodeFile: () => Promise.reject(new Error('not asked')),
      decodeLive: () => Promise.reject(new LongtakeError('DECODER_MISSING', 'Install ffmpeg.')),
    };
    await expect(meter(missing)).rejects.toMatchObject({ code: 'DECODER_MISSING' });
  });
});
