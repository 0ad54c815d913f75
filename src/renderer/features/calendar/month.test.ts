import { describe, expect, it } from 'vitest';
import { heat, inMonth, monthTitle, nextDay, shiftMonth, weeksOf } from './month.ts';

describe('a month', () => {
  it('has weeks from Monday to Sunday', () => {
    const weeks = weeksOf('2026-11');
    expect(weeks).toHaveLength(6);
    expect(weeks[0]).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, '2026-11-01']);
    expect(weeks.flat().filter((day) => day !== undefined)).toHaveLength(30);
    expect(weeksOf('2027-02')).toHaveLength(4);
  });
  it('is named, and followed by the next', () => {
    expect(monthTitle('2026-11')).toBe('November 2026');
    expect([shiftMonth('2026-12', 1), shiftMonth('2026-01', -1), shiftMonth('2026-11', -12)]).toEqual([
      '2027-01',
      '2025-12',
      '2025-11',
    ]);
  });
  it('keeps the date where it can', () => {
    expect([inMonth('2026-10-31', '2026-11'), inMonth('2026-10-15', '2026-11')]).toEqual(['2026-11-30', '2026-11-15']);
  });
  it('is walked through by keys', () => {
    const keys = ['ArrowLeft', 'ArrowDown', 'PageUp', 'Home', 'End', 'x'];
    expect(keys.map((key) => nextDay(key, '2026-11-01'))).toEqual([
      '2026-10-31',
      '2026-11-08',
      '2026-10-01',
      '2026-11-01',
      '2026-11-30',
      undefined,
    ]);
  });
});

it('tells busy days from quiet ones, and a single section from none', () => {
  expect([0, 1, 5, 40, 400].map((sections) => heat(sections, 400))).toEqual([0, 1, 2, 3, 4]);
  expect(heat(1, 1)).toBe(4);
});
