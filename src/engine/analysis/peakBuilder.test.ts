import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PEAK_WINDOWS_PER_SECOND, PeakBuilder } from './peakBuilder.ts';
import { PeakReducer } from './peakReducer.ts';

/** Little-endian samples of whole numbers. */
function encode(samples: readonly number[], bitDepth: number): Buffer {
  const size = bitDepth / 8;
  const bytes = Buffer.alloc(samples.length * size);
  samples.forEach((sample, index) => bytes.writeIntLE(sample, index * size, size));
  return bytes;
}

/** The same, in the plainest way: window by window over one array. */
function expected(samples: readonly number[], channels: number, bitDepth: number, sampleRate: number): number[] {
  const pairs: number[] = [];
  const frames = samples.length / channels;
  for (let window = 0, from = 0; from < frames; window += 1) {
    const to = Math.floor(((window + 1) * sampleRate) / PEAK_WINDOWS_PER_SECOND);
    const part = samples
      .slice(from * channels, to * channels)
      .map((sample) => Math.floor(sample / 2 ** (bitDepth - 16)));
    if (part.length > 0) pairs.push(Math.min(...part), Math.max(...part));
    from = to;
  }
  return pairs;
}

describe('peaks of PCM', () => {
  test('are those of each window, however the audio is cut into pieces', () => {
    const audio = fc.record({
      channels: fc.integer({ min: 1, max: 3 }),
      bitDepth: fc.constantFrom(16, 24, 32),
      sampleRate: fc.constantFrom(50, 60, 99, 120, 1_025),
      frames: fc.integer({ min: 0, max: 300 }),
      seed: fc.infiniteStream(fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 })),
      cuts: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }),
      odd: fc.boolean(),
    });
    fc.assert(
      fc.property(audio, ({ channels, bitDepth, sampleRate, frames, seed, cuts, odd }) => {
        const samples = [...seed.take(frames * channels)].map((value) =>
          bitDepth === 16 ? value >> 8 : value * 2 ** (bitDepth - 24),
        );
        const frameBytes = (channels * bitDepth) / 8;
        // A piece may begin at an odd address.
        const bytes = Buffer.concat([Buffer.alloc(odd ? 1 : 0), encode(samples, bitDepth)]).subarray(odd ? 1 : 0);
        const builder = new PeakBuilder({ sampleRate, channels, bitDepth });
        const found: number[] = [];
        let at = 0;
        for (const cut of [...cuts, frames]) {
          const end = Math.min(bytes.length, at + cut * frameBytes);
          found.push(...builder.push(bytes.subarray(at, end)));
          at = end;
        }
        found.push(...builder.end());
        expect(found).toEqual(expected(samples, channels, bitDepth, sampleRate));
        expect(builder.frames).toBe(frames);
      }),
    );
  });

  test('of the loudest samples keep their full range', () => {
    for (const bitDepth of [16, 24, 32]) {
      const full = 2 ** (bitDepth - 1);
      const builder = new PeakBuilder({ sampleRate: 100, channels: 1, bitDepth });
      expect([...builder.push(encode([-full, full - 1, 0, 0], bitDepth))]).toEqual([-32_768, 32_767, 0, 0]);
    }
  });

  test('of floating-point samples reach from -1 to 1, and not beyond', () => {
    const builder = new PeakBuilder({ sampleRate: 100, channels: 1, bitDepth: 32, float: true });
    const bytes = new Uint8Array(Float32Array.of(-1, 0.5, -3, 3).buffer);
    expect([...builder.push(bytes)]).toEqual([-32_768, 16_384, -32_768, 32_767]);
  });

  test('are not made of other depths', () => {
    expect(() => new PeakBuilder({ sampleRate: 48_000, channels: 1, bitDepth: 8 })).toThrow(RangeError);
  });
});

describe('reducing', () => {
  test('keeps the lowest and the highest of each group and covers every window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -32_768, max: 0 }), fc.integer({ min: 0, max: 32_767 })), {
          maxLength: 200,
        }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 7 }),
        (windows, points, step) => {
          const reducer = new PeakReducer(windows.length, points);
          for (let at = 0; at < windows.length; at += step) {
            reducer.push(Int16Array.from(windows.slice(at, at + step).flat()));
          }
          const result = reducer.result();
          const groups = Math.min(points, windows.length);
          expect(result).toHaveLength(2 * groups);
          const group = (index: number) => Math.floor((index * groups) / windows.length);
          for (let index = 0; index < groups; index += 1) {
            const members = windows.filter((_, window) => group(window) === index);
            expect(result[2 * index]).toBe(Math.min(...members.map(([low]) => low)) / 32_768);
            expect(result[2 * index + 1]).toBe(Math.max(...members.map(([, high]) => high)) / 32_768);
          }
        },
      ),
    );
  });
});
