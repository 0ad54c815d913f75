import { describe, expect, test } from 'vitest';
import type { Limits } from './driver.ts';
import { chunkSeconds, isSpent } from './pace.ts';

const limits: Limits = {
  chunkSeconds: 15,
  minChunkSeconds: 10,
  backlogChunkBytes: 4_000_000,
  requestsPerHour: 1000,
  requestsPerDay: 5000,
};
const none = { hour: 0, day: 0 };

describe('the length of a chunk', () => {
  test('is what the target is set to, within what it takes', () => {
    expect(chunkSeconds(undefined, limits, 1, none)).toBe(15);
    expect(chunkSeconds(30, limits, 1, none)).toBe(30);
    expect(chunkSeconds(2, limits, 1, none)).toBe(10);
    expect(chunkSeconds(2, { chunkSeconds: 2, minChunkSeconds: 1, backlogChunkBytes: 1 }, 64, none)).toBe(2);
  });

  test('keeps an hour of many sources below the limit of the hour', () => {
    for (const sources of [1, 5, 16, 64]) {
      const seconds = chunkSeconds(10, limits, sources, none);
      expect((3600 / seconds) * sources).toBeLessThanOrEqual(1000 * 0.9 + 1e-6);
    }
  });

  test.each([1, 3, 8, 40])('keeps days of %i sources below the limits of each day', (sources) => {
    const hours: number[] = [];
    let chunks = 0;
    for (let hour = 0; hour < 100; hour += 1) {
      hours.push(0);
      const day = (): number => hours.slice(-24).reduce((total, count) => total + count, 0);
      for (let seconds = 0; seconds < 3600;) {
        const used = { hour: hours.at(-1) ?? 0, day: day() };
        if (isSpent(limits, used)) {
          seconds += 60;
          continue;
        }
        seconds += chunkSeconds(15, limits, sources, used);
        hours[hours.length - 1] = (hours.at(-1) ?? 0) + sources;
        chunks += sources;
      }
      expect(day()).toBeLessThanOrEqual(5000);
      expect(hours.at(-1)).toBeLessThanOrEqual(1000);
    }
    // The limit is made use of.
    expect(chunks / (100 / 24)).toBeGreaterThan(2500);
  });
});
