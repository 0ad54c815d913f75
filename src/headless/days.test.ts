import { describe, expect, it } from 'vitest';
import { day } from './days.ts';

describe('day', () => {
  it('takes days of the calendar', () => {
    expect(day('2026-11-21')).toBe('2026-11-21');
    expect(day('2028-02-29')).toBe('2028-02-29');
  });

  it.each(['2026-13-01', '2026-02-30', '2026-02-29', '2026-1-1', '21.11.2026', 'yesterday', ''])(
    'refuses %j',
    (text) => {
      expect(() => day(text)).toThrow(`"${text}" is no day. Write one as 2026-11-21.`);
    },
  );
});
