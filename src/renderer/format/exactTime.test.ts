import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactTime, parseTime } from './exactTime.ts';

describe('times that are typed', () => {
  it.each([
    ['7', 7],
    ['7.25', 7.25],
    ['7,25', 7.25],
    ['90', 90],
    ['1:30', 90],
    ['0:07.250', 7.25],
    ['90:00', 5400],
    ['1:02:03', 3723],
    [' 25:00:00.5 ', 90_000.5],
  ])('%s', (text, seconds) => expect(parseTime(text)).toBe(seconds));
  it.each(['', 'x', '1:60', '1:60:00', '1:2:3:4', '-1', '1:', ':30', '1e3', '1.2.3'])('not %s', (text) =>
    expect(parseTime(text)).toBeUndefined(),
  );
  it('are read as they are written, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000_000 }), (ms) => {
        expect(parseTime(exactTime(ms / 1000))).toBeCloseTo(ms / 1000, 6);
      }),
    );
  });
});
