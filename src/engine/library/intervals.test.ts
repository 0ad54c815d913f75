import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, type Interval, intersection, length, union } from './intervals.ts';

const LAST = 60;
const intervals = fc
  .array(fc.tuple(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 0, max: LAST })), { maxLength: 12 })
  .map((pairs) => pairs.map(([a, b]): Interval => ({ from: Math.min(a, b), to: Math.max(a, b) })));

/** The same as marks on a line, one for each whole number. */
function marks(list: readonly Interval[]): boolean[] {
  return Array.from({ length: LAST }, (_, at) => list.some(({ from, to }) => from <= at && at < to));
}

test('a union holds the same time once, in order', () => {
  fc.assert(
    fc.property(intervals, (list) => {
      const merged = union(list);
      expect(marks(merged)).toEqual(marks(list));
      expect(length(merged)).toBe(marks(list).filter(Boolean).length);
      for (const [index, { from }] of merged.entries()) {
        expect(from).toBeGreaterThan(merged[index - 1]?.to ?? -1);
      }
    }),
  );
});

test('intersection and difference part one list by another', () => {
  fc.assert(
    fc.property(intervals, intervals, (one, other) => {
      const [a, b] = [union(one), union(other)];
      const both = marks(a).map((is, at) => is && marks(b)[at] === true);
      const only = marks(a).map((is, at) => is && marks(b)[at] !== true);
      expect(marks(intersection(a, b))).toEqual(both);
      expect(marks(difference(a, b))).toEqual(only);
      expect(length(intersection(a, b)) + length(difference(a, b))).toBe(length(a));
    }),
  );
});
