import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';
import { millis } from '../../shared/units.ts';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import { nextBoundary } from './boundaries.ts';

const zoneClock = (zone: string) => new TurnedClock('2026-01-01T00:00:00Z', zone);

const berlin = zoneClock('Europe/Berlin');
const at = (iso: string) => millis(Date.parse(iso));
const iso = (instant: number) => new Date(instant).toISOString();

function series(clock: Clock, from: string, splitSeconds: number, count: number): string[] {
  const instants: string[] = [];
  let now = at(from);
  for (let index = 0; index < count; index += 1) {
    now = nextBoundary(clock, now, splitSeconds);
    instants.push(iso(now));
  }
  return instants;
}

describe('nextBoundary', () => {
  it('follows local time in a zone with half an hour', () => {
    expect(iso(nextBoundary(zoneClock('Asia/Kolkata'), at('2026-03-01T10:15:00Z'), 3600))).toBe(
      '2026-03-01T10:30:00.000Z',
    );
  });

  it('is exclusive: a boundary is followed by the next one', () => {
    expect(iso(nextBoundary(berlin, at('2026-03-01T10:00:00Z'), 300))).toBe('2026-03-01T10:05:00.000Z');
  });

  it('starts afresh at local midnight when the split does not divide a day', () => {
    expect(series(berlin, '2026-03-01T22:50:00Z', 7 * 60, 2)).toEqual([
      '2026-03-01T22:55:00.000Z',
      '2026-03-01T23:00:00.000Z',
    ]);
  });

  it('has every hour of the night when clocks go back', () => {
    expect(series(berlin, '2026-10-24T23:30:00Z', 3600, 4)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
  });

  it('keeps to local midnight over a clock change', () => {
    expect(series(berlin, '2026-03-28T12:00:00Z', 86_400, 2)).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
  });

  it('follows the new local time for splits of two hours when clocks go forward', () => {
    expect(series(berlin, '2026-03-28T23:00:00Z', 7200, 2)).toEqual([
      '2026-03-29T02:00:00.000Z',
      '2026-03-29T04:00:00.000Z',
    ]);
  });

  it('is after the instant, at most a split away but for a clock change, and aligned in local time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC'),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
        fc.constantFrom(5, 60, 300, 420, 900, 1800, 3600, 7200, 21_600, 86_400),
        (zone, instant, split) => {
          const clock = zoneClock(zone);
          const boundary = nextBoundary(clock, millis(instant), split);
          expect(boundary).toBeGreaterThan(instant);
          expect(boundary - instant).toBeLessThanOrEqual(split * 1000 + 3_600_000);
          const local = (boundary + clock.offsetMinutes(boundary) * 60_000) % 86_400_000;
          expect(local % (split * 1000)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
