import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamped, LEAST_SPAN_MS, panned, showing, spanOf, type View, zoomed } from './view.ts';

const HOUR = 3_600_000;
const day: View = { from: 1000 * HOUR, to: 1024 * HOUR };

const views = fc
  .tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0.001, max: 1, noNaN: true }))
  .map(([start, part]) => {
    const from = day.from + start * 24 * HOUR;
    return clamped({ from, to: from + part * 24 * HOUR }, day);
  });

const isWithin = ({ from, to }: View): boolean => from >= day.from - 1e-3 && to <= day.to + 1e-3 && from < to;

describe('the view of a timeline', () => {
  it('keeps the instant under the pointer in its place while zooming, as long as there is room', () => {
    const view = { from: 1010 * HOUR, to: 1014 * HOUR };
    const anchor = 1011 * HOUR;
    const nearer = zoomed(view, day, 0.5, anchor);
    expect(spanOf(nearer)).toBe(2 * HOUR);
    expect((anchor - nearer.from) / spanOf(nearer)).toBeCloseTo((anchor - view.from) / spanOf(view));
  });
  it('comes no nearer than a few seconds, and goes no farther than the days in view', () => {
    expect(spanOf(zoomed(day, day, 1e-9, 1012 * HOUR))).toBe(LEAST_SPAN_MS);
    expect(zoomed({ from: 1010 * HOUR, to: 1014 * HOUR }, day, 1e9, 1011 * HOUR)).toEqual(day);
  });
  it('never leaves the days in view', () => {
    fc.assert(
      fc.property(
        views,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -48, max: 48, noNaN: true }),
        (view, factor, hours) => {
          const anchor = view.from + 0.3 * spanOf(view);
          expect(isWithin(zoomed(view, day, factor, anchor))).toBe(true);
          const moved = panned(view, day, hours * HOUR);
          expect(isWithin(moved)).toBe(true);
          expect(spanOf(moved)).toBeCloseTo(spanOf(view), 3);
        },
      ),
    );
  });
  it('moves to an instant only when that is out of sight', () => {
    const view = { from: 1010 * HOUR, to: 1012 * HOUR };
    expect(showing(view, day, 1011 * HOUR)).toBe(view);
    const moved = showing(view, day, 1020 * HOUR);
    expect(spanOf(moved)).toBeCloseTo(2 * HOUR);
    expect(moved.from < 1020 * HOUR && moved.to > 1020 * HOUR).toBe(true);
  });
});
