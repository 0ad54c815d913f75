import { describe, expect, it } from 'vitest';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import { CaptureTime } from './captureTime.ts';

const RATE = 48_000;

describe('CaptureTime', () => {
  /** Seconds after which audio was found missing, of an input that delivers a second of audio each `secondMs`. */
  function missingAt(seconds: number, secondMs: number, standsStill: (second: number) => number): number[] {
    const clock = new TurnedClock('2026-11-21T10:00:00.000Z');
    const time = new CaptureTime(clock, RATE);
    const found: number[] = [];
    for (let second = 1; second <= seconds; second += 1) {
      clock.advance(secondMs + standsStill(second));
      if (time.observe(second * RATE, clock.monotonic())) found.push(second);
    }
    return found;
  }

  it('misses what an input that stood still never delivered, once, within a minute', () => {
    const found = missingAt(300, 1000, (second) => (second === 100 ? 8000 : 0));
    expect(found).toHaveLength(1);
    expect(found[0]).toBeGreaterThanOrEqual(100);
    expect(found[0]).toBeLessThanOrEqual(160);
  });

  it('misses nothing of an input that catches up', () => {
    expect(
      missingAt(300, 1000, (second) => (second === 100 ? 8000 : second > 100 && second <= 108 ? -1000 : 0)),
    ).toEqual([]);
  });

  it('misses nothing of an input whose clock is a little slow, in a day', () => {
    expect(missingAt(86_400, 1000.5, () => 0)).toEqual([]);
  });

  it('misses what is lost bit by bit', () => {
    expect(missingAt(3600, 1005, () => 0).length).toBeGreaterThan(5);
  });

  it('ends nothing later than it arrived, also where the rest of a burst came after its recording had begun', () => {
    const clock = new TurnedClock('2026-11-21T10:00:00.000Z');
    const time = new CaptureTime(clock, RATE);
    clock.advance(1000);
    time.observe(RATE, clock.monotonic());
    time.settle();
    clock.advance(100);
    time.observe(4 * RATE, clock.monotonic());
    expect(time.wallTime(4 * RATE)).toBeGreaterThan(clock.now() + 2000);
    expect(time.endTime(4 * RATE)).toBe(clock.now());
    expect(time.endTime(RATE)).toBe(time.wallTime(RATE));
  });
});
