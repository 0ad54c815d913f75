import { describe, expect, it } from 'vitest';
import { spotWords } from './spotWords.ts';

const spot = { level: -52.1, floor: -56.9, marginDb: 12, missingDb: 7.2, tooShort: false };

describe('an explanation', () => {
  it('tells by how much a spot missed', () =>
    expect(spotWords(spot)).toBe('7.2 dB below the threshold of −44.9 dBFS (level −52.1, floor −56.9)'));
  it('tells of a section', () => {
    const section = { first: 1, end: 9, peak: 4, peakDb: -20, floorDb: -56.9, score: 36.9 };
    expect(spotWords({ ...spot, level: -30, missingDb: -14.9, section })).toBe(
      '14.9 dB above the threshold of −44.9 dBFS; in a section of +37 dB (level −30.0, floor −56.9)',
    );
  });
  it('tells of what was too short', () =>
    expect(spotWords({ ...spot, level: -40, missingDb: -4.9, tooShort: true })).toContain('but too short'));
});
