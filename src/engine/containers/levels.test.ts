import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SILENCE, dbfs } from '../../shared/units.ts';
import type { Block } from './block.ts';
import { LevelMeter, type LevelWindow } from './levels.ts';

type Depth = 16 | 24 | 32;

function pack(values: readonly number[], bitDepth: Depth, channels: number): Block {
  const size = bitDepth / 8;
  const bytes = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) bytes.writeIntLE(value, index * size, size);
  return { bytes, samples: values.length / channels };
}

/** The same levels by the book, from the list of values. */
function byTheBook(values: readonly number[], windowSamples: number, bitDepth: Depth, channels: number): LevelWindow[] {
  const full = 2 ** (bitDepth - 1);
  const frames = Array.from({ length: values.length / channels }, (_, frame) =>
    values.slice(frame * channels, (frame + 1) * channels),
  );
  const windows: LevelWindow[] = [];
  for (let from = 0; from + windowSamples <= frames.length; from += windowSamples) {
    const window = frames.slice(from, from + windowSamples);
    const perChannel = Array.from({ length: channels }, (_, channel) => window.map((frame) => frame[channel] ?? 0));
    windows.push({
      peak: perChannel.map((list) => dbfs(Math.max(...list.map(Math.abs)) / full)),
      rms: perChannel.map((list) =>
        dbfs(Math.sqrt(list.reduce((sum, value) => sum + value ** 2, 0) / list.length) / full),
      ),
    });
  }
  return windows;
}

/** Cuts a block at the given frames, each part at an odd or even byte offset of its own buffer. */
function cut(block: Block, at: readonly number[], shift: number): Block[] {
  const stride = block.bytes.length / block.samples;
  const edges = [0, ...[...at].sort((a, b) => a - b), block.samples];
  return edges.slice(1).map((end, index) => {
    const from = edges[index] ?? 0;
    const room = Buffer.alloc((end - from) * stride + shift);
    room.set(block.bytes.subarray(from * stride, end * stride), shift);
    return { bytes: room.subarray(shift), samples: end - from };
  });
}

describe.each<Depth>([16, 24, 32])('levels of %i bit audio', (bitDepth) => {
  it('equal a straightforward computation, however the audio is cut into blocks', () => {
    const limit = 2 ** (bitDepth - 1);
    const sampleRate = 80;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }).chain((channels) =>
          fc.record({
            channels: fc.constant(channels),
            values: fc
              .array(fc.integer({ min: -limit, max: limit - 1 }), { minLength: channels, maxLength: 240 })
              .map((list) => list.slice(0, list.length - (list.length % channels))),
            cuts: fc.array(fc.nat(80), { maxLength: 5 }),
            shift: fc.integer({ min: 0, max: 3 }),
          }),
        ),
        ({ channels, values, cuts, shift }) => {
          const block = pack(values, bitDepth, channels);
          const inside = cuts.filter((frame) => frame <= block.samples);
          const meter = new LevelMeter({ sampleRate, channels, bitDepth });
          const windows = cut(block, inside, shift).flatMap((part) => meter.push(part));
          const expected = byTheBook(values, sampleRate / 10, bitDepth, channels);
          expect(windows).toHaveLength(expected.length);
          for (const [index, window] of windows.entries()) {
            expect(window.peak).toEqual(expected[index]?.peak);
            for (const [channel, level] of window.rms.entries()) {
              expect(level).toBeCloseTo(expected[index]?.rms[channel] ?? Number.NaN, 9);
            }
          }
        },
      ),
    );
  });

  it('take the most negative sample as 0 dBFS and zeros as silence', () => {
    const meter = new LevelMeter({ sampleRate: 10, channels: 2, bitDepth });
    expect(meter.push(pack([-(2 ** (bitDepth - 1)), 0], bitDepth, 2))).toEqual([
      { peak: [0, SILENCE], rms: [0, SILENCE] },
    ]);
  });

  it('forget an unfinished window on reset', () => {
    const meter = new LevelMeter({ sampleRate: 20, channels: 1, bitDepth });
    meter.push(pack([1000], bitDepth, 1));
    meter.reset();
    expect(meter.push(pack([0], bitDepth, 1))).toEqual([]);
    expect(meter.push(pack([0], bitDepth, 1))).toEqual([{ peak: [SILENCE], rms: [SILENCE] }]);
  });
});

it('measures a full-scale sine at -3.01 dBFS RMS', () => {
  const meter = new LevelMeter({ sampleRate: 48_000, channels: 1, bitDepth: 24 });
  const sine = Array.from({ length: 4800 }, (_, n) =>
    Math.round(Math.sin((2 * Math.PI * 1000 * n) / 48_000) * 8_388_607),
  );
  const [window] = meter.push(pack(sine, 24, 1));
  expect(window?.rms[0]).toBeCloseTo(-3.0103, 3);
  expect(window?.peak[0]).toBeCloseTo(0, 5);
});

it('measures floating-point samples against a full scale of 1', () => {
  const bytes = new Uint8Array(Float32Array.of(0.5, -1, 0.5, 1).buffer);
  const meter = new LevelMeter({ sampleRate: 20, channels: 2, bitDepth: 32, float: true });
  const [window] = meter.push({ bytes, samples: 2 });
  expect(window?.peak[0]).toBeCloseTo(-6.0206, 3);
  expect(window?.rms[1]).toBe(0);
});

it('keeps time where a window is no whole number of sample frames', () => {
  const meter = new LevelMeter({ sampleRate: 11_025, channels: 1, bitDepth: 16 });
  const second = { bytes: new Uint8Array(2 * 11_025), samples: 11_025 };
  for (let seconds = 0; seconds < 3; seconds += 1) expect(meter.push(second)).toHaveLength(10);
});

it('refuses a bit depth that it cannot read', () => {
  expect(() => new LevelMeter({ sampleRate: 48_000, channels: 1, bitDepth: 20 })).toThrow(RangeError);
});
