import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FrameRepeats } from './frameRepeats.ts';

const HEADER = Buffer.from([0xff, 0xfb, 0x90, 0x64, 0, 0, 0]);
const frame = (content: Buffer = randomBytes(200)): Buffer => Buffer.concat([HEADER, content, Buffer.of(0)]);

function repeatedMs(coded: readonly Buffer[]): number {
  const repeats = new FrameRepeats(48_000);
  for (const bytes of coded) repeats.push({ bytes, samples: 1152, frames: [{ bytes: bytes.length, samples: 1152 }] });
  return repeats.repeatedMs;
}

const MS_PER_FRAME = (1152 / 48_000) * 1000;
const many = (count: number): Buffer[] => Array.from({ length: count }, () => frame());

describe('coded audio that repeats itself', () => {
  it('is found when a passage comes again and again', () => {
    const passage = many(37);
    const heard = repeatedMs([...many(20), ...Array.from({ length: 10 }, () => passage).flat()]);
    expect(heard).toBeCloseTo(37 * 9 * MS_PER_FRAME);
  });
  it('is found up to the longest passage, however much came before', () => {
    const long = many(512);
    expect(repeatedMs([...many(1500), ...long, ...long])).toBeCloseTo(512 * MS_PER_FRAME);
    const longer = many(513);
    expect(repeatedMs([...longer, ...longer])).toBe(0);
  });
  it('is forgotten when something new comes', () => {
    const passage = many(5);
    expect(repeatedMs([...passage, ...passage, ...passage, frame()])).toBe(0);
  });
  it('is no silence, which is one frame again and again', () => {
    const silent = frame(Buffer.alloc(200));
    expect(repeatedMs([...many(3), ...Array.from({ length: 100 }, () => silent)])).toBe(0);
  });
  it('is nothing new for a live programme', () => {
    expect(repeatedMs(many(3000))).toBe(0);
  });
});
