import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dbOfStep } from '../../../shared/domain/envelope.ts';
import type { PcmFormat } from '../pcm.ts';
import { PcmScan } from './pcmScan.ts';

const formats: readonly Omit<PcmFormat, 'sampleRate' | 'channels'>[] = [
  { bitDepth: 16 },
  { bitDepth: 24 },
  { bitDepth: 32 },
  { bitDepth: 32, float: true },
];

/** Samples from -1 to 1 as bytes of PCM. */
function encode(values: readonly number[], { bitDepth, float }: Omit<PcmFormat, 'sampleRate' | 'channels'>): Buffer {
  const size = bitDepth / 8;
  const bytes = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) {
    if (float === true) bytes.writeFloatLE(value, index * size);
    else {
      const full = 2 ** (bitDepth - 1);
      bytes.writeIntLE(Math.max(-full, Math.min(full - 1, Math.round(value * full))), index * size, size);
    }
  }
  return bytes;
}

function decode(bytes: Buffer, { bitDepth, float }: Omit<PcmFormat, 'sampleRate' | 'channels'>): number[] {
  const size = bitDepth / 8;
  return Array.from({ length: bytes.length / size }, (_, index) =>
    float === true ? bytes.readFloatLE(index * size) : bytes.readIntLE(index * size, size) / 2 ** (bitDepth - 1),
  );
}

/** From the definition: mean of squares over all samples of a window, in dBFS from -100 on. */
function plainEnvelope(samples: readonly number[], rate: number, channels: number): number[] {
  const frames = samples.length / channels;
  const levels: number[] = [];
  for (let window = 0; ; window += 1) {
    const from = Math.floor((window * rate) / 10);
    const whole = Math.floor(((window + 1) * rate) / 10) - from;
    const there = Math.min(frames - from, whole);
    if (there <= 0 || there * 2 < whole) return levels;
    let sum = 0;
    for (let index = from * channels; index < (from + there) * channels; index += 1) sum += (samples[index] ?? 0) ** 2;
    levels.push(Math.max(-100, 10 * Math.log10(sum / (there * channels))));
  }
}

function plainPeaks(samples: readonly number[], rate: number, channels: number): number[] {
  const pairs: number[] = [];
  for (let window = 0; ; window += 1) {
    const from = Math.floor((window * rate) / 50) * channels;
    const part = samples.slice(from, Math.floor(((window + 1) * rate) / 50) * channels);
    if (part.length === 0) return pairs;
    pairs.push(Math.min(...part), Math.max(...part));
  }
}

/** Hands the bytes over in pieces of so many sample frames. */
function scanAll(format: PcmFormat, bytes: Uint8Array, pieces: readonly number[], inputBytes?: number) {
  const scan = new PcmScan(format, inputBytes);
  const frame = (format.channels * format.bitDepth) / 8;
  const levels: number[] = [];
  const pairs: number[] = [];
  const keep = (taken: ReturnType<PcmScan['take']>): void => {
    levels.push(...taken.levels);
    pairs.push(...taken.pairs);
  };
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const end = at + Math.max(1, pieces[index % pieces.length] ?? 1) * frame;
    scan.push(bytes.subarray(at, end));
    at = end;
    if (index % 3 === 0) keep(scan.take());
  }
  keep(scan.end());
  return { levels: levels.map(dbOfStep), pairs, frames: scan.frames };
}

describe('the scan of PCM', () => {
  test.each(formats)('finds envelope and peaks of any audio: %j', (kind) => {
    fc.assert(
      fc.property(
        fc.constantFrom(8000, 11_025, 44_100, 48_000),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 12_000 }),
        fc.integer(),
        fc.constantFrom(1, 0.5, 0.001, 0),
        (sampleRate, channels, pieces, frames, seed, gain) => {
          const format = { ...kind, sampleRate, channels };
          let state = seed >>> 0;
          const random = (): number => {
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
            return state / 2 ** 31 - 1;
          };
          const bytes = encode(
            Array.from({ length: frames * channels }, () => {
              const value = random();
              return gain * (Math.abs(value) > 0.99 ? Math.sign(value) : value);
            }),
            kind,
          );
          const samples = decode(bytes, kind);
          const found = scanAll(format, bytes, pieces, 4096 * channels);
          expect(found.frames).toBe(frames);
          const expected = plainEnvelope(samples, sampleRate, channels);
          expect(found.levels.length).toBe(expected.length);
          for (const [index, level] of expected.entries()) {
            expect(Math.abs((found.levels[index] ?? NaN) - level)).toBeLessThan(0.0011);
          }
          const peaks = plainPeaks(samples, sampleRate, channels);
          expect(found.pairs.length).toBe(peaks.length);
          for (const [index, peak] of peaks.entries()) {
            expect(Math.abs((found.pairs[index] ?? NaN) - peak * 32_768)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('takes the loudest and the quietest that there is', () => {
    const format = { sampleRate: 44_100, channels: 2, bitDepth: 16 };
    const loudest = new Int16Array(88_200).fill(-32_768);
    const found = scanAll(format, new Uint8Array(loudest.buffer), [44_100]);
    expect(found.levels.every((level) => Math.abs(level) < 0.001)).toBe(true);
    expect(scanAll(format, new Uint8Array(176_400), [44_100]).levels).toEqual(Array.from({ length: 10 }, () => -100));
  });

  test('a full-scale sine has -3.01 dBFS', () => {
    const sine = Int16Array.from({ length: 48_000 }, (_, at) => Math.round(32_767 * Math.sin((at * 2 * Math.PI) / 48)));
    const found = scanAll({ sampleRate: 48_000, channels: 1, bitDepth: 16 }, new Uint8Array(sine.buffer), [999]);
    for (const level of found.levels) expect(level).toBeCloseTo(-3.01, 2);
  });

  test('float that is no number, or far over full scale, spoils no more than its window', () => {
    const values = Array.from({ length: 16_000 }, () => 0.1);
    values[100] = Number.NaN;
    values[9000] = Number.POSITIVE_INFINITY;
    const kind = { bitDepth: 32, float: true };
    const found = scanAll({ ...kind, sampleRate: 8000, channels: 1 }, encode(values, kind), [700]);
    expect(found.levels.filter((level) => Math.abs(level + 20) < 0.01)).toHaveLength(19);
    expect(found.levels.every((level) => level >= -100 && level < 32)).toBe(true);
  });
});
