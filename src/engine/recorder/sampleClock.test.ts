import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../shared/units.ts';
import { SampleClock } from './sampleClock.ts';

describe('SampleClock', () => {
  it('is not moved by blocks that come late', () => {
    const clock = new SampleClock(48_000);
    for (let block = 1; block <= 100; block += 1) {
      const late = block === 50 ? 900 : (block * 7) % 11;
      clock.observe(block * 2400, millis(1000 + block * 50 + late));
    }
    expect(clock.timeOf(100 * 2400)).toBeCloseTo(1000 + 100 * 50, 6);
  });

  it('follows a card that drifts in either direction to within 10 ms', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), (ppm) => {
        const clock = new SampleClock(48_000);
        const blockMs = 50 * (1 + ppm / 1e6);
        let now = 0;
        for (let block = 1; block <= 12_000; block += 1) {
          now += blockMs;
          clock.observe(block * 2400, millis(now + (block % 7)));
        }
        expect(Math.abs(clock.timeOf(12_000 * 2400) - now)).toBeLessThan(15);
      }),
      { numRuns: 20 },
    );
  });
});
