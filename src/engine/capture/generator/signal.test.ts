import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LevelMeter } from '../../containers/levels.ts';
import { type SignalSpec, renderSignal, signalSample } from './signal.ts';
import { segmentAt } from './timetable.ts';

const spec = (over: Partial<SignalSpec> = {}): SignalSpec => ({
  programme: 'mixed',
  seed: 7,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
  ...over,
});

const specs = fc.record({
  programme: fc.constantFrom('tone', 'bursts', 'mixed'),
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  sampleRate: fc.constantFrom(44_100, 48_000, 96_000),
  bitDepth: fc.constantFrom(16, 24),
  channels: fc.integer({ min: 1, max: 8 }),
}) satisfies fc.Arbitrary<SignalSpec>;

/** Index of a sample after more than a year at 96 kHz. */
const LATE = 96_000 * 86_400 * 400;

describe('a test signal', () => {
  it('has the bytes that its samples have, wherever rendering begins', () => {
    fc.assert(
      fc.property(specs, fc.oneof(fc.nat(2_000_000), fc.nat(LATE)), fc.nat(300), (signal, from, count) => {
        const size = signal.bitDepth / 8;
        const bytes = Buffer.from(renderSignal(signal, from, count));
        expect(bytes.length).toBe(count * signal.channels * size);
        for (let frame = 0; frame < count; frame += 1) {
          for (let channel = 0; channel < signal.channels; channel += 1) {
            const value = bytes.readIntLE((frame * signal.channels + channel) * size, size);
            if (value !== signalSample(signal, from + frame, channel)) {
              expect([frame, channel, value]).toEqual([frame, channel, signalSample(signal, from + frame, channel)]);
            }
          }
        }
      }),
    );
  });

  it('has a timetable without holes or overlaps', () => {
    fc.assert(
      fc.property(specs, fc.nat(LATE), (signal, n) => {
        const segment = segmentAt(signal, n);
        expect(segment.from).toBeLessThanOrEqual(n);
        expect(segment.to).toBeGreaterThan(n);
        expect(segmentAt(signal, segment.from)).toEqual(segment);
        if (segment.to === Infinity) return;
        expect(segmentAt(signal, segment.to - 1)).toEqual(segment);
        expect(segmentAt(signal, segment.to).from).toBe(segment.to);
      }),
    );
  });

  it('differs with its seed and repeats with it', () => {
    const first = renderSignal(spec({ programme: 'bursts', seed: 1 }), 0, 48_000);
    expect(Buffer.from(renderSignal(spec({ programme: 'bursts', seed: 1 }), 0, 48_000)).equals(first)).toBe(true);
    expect(Buffer.from(renderSignal(spec({ programme: 'bursts', seed: 2 }), 0, 48_000)).equals(first)).toBe(false);
  });

  it('has noise that differs per channel and does not come again after 2^32 samples', () => {
    const bursts = spec({ programme: 'bursts', bitDepth: 24 });
    const at = (from: number, channel: number): number[] =>
      Array.from({ length: 100 }, (_, index) => signalSample(bursts, from + index, channel));
    expect(at(0, 0)).not.toEqual(at(0, 1));
    expect(at(0, 0)).not.toEqual(at(2 ** 32, 0));
  });

  it('is a steady 440 Hz tone with peaks of -20 dBFS', () => {
    const tone = spec({ programme: 'tone', channels: 1, bitDepth: 24 });
    const second = Array.from({ length: 48_000 }, (_, index) => signalSample(tone, 48_000 + index, 0));
    const crossings = second.filter((value, index) => value >= 0 && (second[index - 1] ?? 0) < 0).length;
    expect(crossings).toBeGreaterThanOrEqual(439);
    expect(crossings).toBeLessThanOrEqual(441);
    const meter = new LevelMeter({ sampleRate: 48_000, channels: 1, bitDepth: 24 });
    const [window] = meter.push({ bytes: renderSignal(tone, 48_000, 4800), samples: 4800 });
    expect(window?.peak[0]).toBeCloseTo(-20, 2);
    expect(window?.rms[0]).toBeCloseTo(-23.01, 2);
  });

  it('goes on from one sample to the next without a jump, also where tones begin and end', () => {
    const mixed = spec({ channels: 1, sampleRate: 44_100 });
    let last = 0;
    let largest = 0;
    for (let n = 0; n < 44_100 * 13; n += 1) {
      const segment = segmentAt(mixed, n);
      const value = signalSample(mixed, n, 0);
      if (segment.kind === 'tone') largest = Math.max(largest, Math.abs(value - last));
      last = value;
    }
    // The steepest slope of a 880 Hz tone at -20 dBFS.
    expect(largest).toBeLessThan(3277 * 2 * Math.PI * (880 / 44_100) * 1.1);
  });

  it('has bursts at least 40 dB above what lies between them', () => {
    const bursts = spec({ programme: 'bursts', channels: 1 });
    const meter = new LevelMeter({ sampleRate: 48_000, channels: 1, bitDepth: 16 });
    const levels = meter
      .push({ bytes: renderSignal(bursts, 0, 48_000 * 30), samples: 48_000 * 30 })
      .map((w) => w.rms[0] ?? 0);
    const loud = levels.filter((level) => level > -30);
    const quiet = levels.filter((level) => level < -69);
    expect(loud.length).toBeGreaterThan(10);
    expect(quiet.length).toBeGreaterThan(100);
    expect(Math.min(...quiet)).toBeGreaterThan(-71);
  });
});
