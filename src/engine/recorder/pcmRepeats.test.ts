import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PcmRepeats } from './pcmRepeats.ts';

const RATE = 8000;
const format = { sampleRate: RATE, channels: 2, bitDepth: 16 };

/** Stereo frames of `value(frame, channel)` in -1..1. */
function frames(count: number, value: (frame: number, channel: number) => number): Buffer {
  const bytes = Buffer.alloc(count * 4);
  for (let frame = 0; frame < count; frame += 1) {
    for (const channel of [0, 1])
      bytes.writeInt16LE(Math.round(value(frame, channel) * 32_767), frame * 4 + channel * 2);
  }
  return bytes;
}

function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function repeatedMs(bytes: Buffer, pieceFrames = 100): number {
  const repeats = new PcmRepeats(format);
  for (let at = 0; at < bytes.length; at += pieceFrames * 4) repeats.push(bytes.subarray(at, at + pieceFrames * 4));
  return repeats.repeatedMs;
}

const loop = (passage: Buffer, seconds: number): Buffer =>
  Buffer.alloc(RATE * 4 * seconds).map((_, index) => passage[index % passage.length] ?? 0) as Buffer;

describe('PCM that repeats itself', () => {
  it('is found whatever the length of its period and of the blocks', () => {
    const cases = fc.record({
      period: fc.integer({ min: 60, max: RATE - 100 }),
      piece: fc.integer({ min: 1, max: 3000 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(cases, ({ period, piece, seed }) => {
        const passage = frames(period, noise(seed));
        const heard = repeatedMs(loop(passage, 5), piece);
        // It may take two periods until a repetition is noticed, never more than what was played.
        expect(heard).toBeGreaterThan(5000 - (2.2 * 1000 * period) / RATE - 100);
        expect(heard).toBeLessThanOrEqual(5000);
      }),
      { numRuns: 40 },
    );
  });
  it('is found after audio that did not, and forgotten when it ends', () => {
    const live = frames(RATE * 3, noise(1));
    const stuck = loop(frames(777, noise(2)), 4);
    expect(repeatedMs(live)).toBe(0);
    expect(repeatedMs(Buffer.concat([live, stuck]))).toBeGreaterThan(3500);
    expect(repeatedMs(Buffer.concat([live, stuck, frames(RATE, noise(3))]))).toBe(0);
  });
  it('is a constant value, too', () => {
    expect(repeatedMs(frames(RATE * 2, () => 0.5))).toBeGreaterThan(1900);
  });
  it('is not a sine, even one whose samples repeat exactly', () => {
    for (const hertz of [50, 441, 997]) {
      const tone = frames(RATE * 5, (frame) => 0.3 * Math.sin((2 * Math.PI * hertz * frame) / RATE));
      expect(repeatedMs(tone), `${hertz} Hz`).toBe(0);
    }
    const dead = frames(RATE * 5, (frame, channel) =>
      channel === 0 ? 0.1 * Math.sin((2 * Math.PI * 440 * frame) / RATE) : 0,
    );
    expect(repeatedMs(dead)).toBe(0);
  });
  it('is not a square wave of a test', () => {
    expect(repeatedMs(frames(RATE * 3, (frame) => (frame % 16 < 8 ? 1 : -1)))).toBe(0);
  });
});
