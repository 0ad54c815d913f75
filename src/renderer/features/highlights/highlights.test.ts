import { describe, expect, it } from 'vitest';
import { clockTime } from '../../format/clockTime.ts';
import { conditionCount, filterStore, isFiltered } from '../../stores/filter.ts';
import { boundsOf, dayCount, MOST_DAYS, orderedPeriod } from '../../stores/period.ts';
import { day } from '../../../shared/units.ts';
import { nextChip } from './nextChip.ts';

describe('chips', () => {
  it('are walked through in rows and columns', () => {
    const keys = ['ArrowRight', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'x'];
    expect(keys.map((key) => nextChip(key, 5, 10, 4))).toEqual([6, 9, 1, 0, 9, undefined]);
    expect(nextChip('ArrowDown', -1, 10, 4)).toBe(0);
    expect(nextChip('ArrowLeft', 0, 10, 4)).toBe(0);
    expect(nextChip('Home', 0, 0, 4)).toBeUndefined();
  });
});

describe('a time that is typed', () => {
  it('is understood as people write it', () => {
    expect(['14:02', '14:02:11', '14:02:11.4', ' 4.05 ', '0:00'].map(clockTime)).toEqual([
      50_520_000, 50_531_000, 50_531_400, 14_700_000, 0,
    ]);
  });
  it('is refused when it is none', () => {
    expect(['', '25:00', '12:60', 'noon', '12:00:61'].map(clockTime)).toEqual(Array(5).fill(undefined));
  });
});

describe('a filter', () => {
  it('holds only what says something', () => {
    const { change, clear } = filterStore.getState();
    change({ text: 'rain', hasSections: true, fromDay: day('2026-11-01') });
    expect(filterStore.getState().filter).toEqual({ text: 'rain', hasSections: true, fromDay: '2026-11-01' });
    expect(conditionCount(filterStore.getState().filter)).toBe(2);
    const before = filterStore.getState();
    change({ text: 'rain' });
    expect(filterStore.getState()).toBe(before);
    change({ text: '', hasSections: false, fromDay: undefined, sourceIds: [] });
    expect(isFiltered(filterStore.getState().filter)).toBe(false);
    clear();
    expect(filterStore.getState().filter).toEqual({});
  });
});

describe('days in view', () => {
  it('are in order, and not too many', () => {
    expect(orderedPeriod('2026-11-21', '2026-11-03')).toEqual({ fromDay: '2026-11-03', toDay: '2026-11-21' });
    expect(dayCount(orderedPeriod('2020-01-01', '2026-11-21'))).toBe(MOST_DAYS);
  });
  it('go from midnight to midnight', () => {
    const { from, to } = boundsOf({ fromDay: '2026-11-20', toDay: '2026-11-21' });
    expect(new Date(from).getHours()).toBe(0);
    expect(to - from).toBe(2 * 86_400_000);
  });
});
