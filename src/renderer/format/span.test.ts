import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamped, leastSpan, panned, showing, zoomed } from './span.ts';

const LENGTH = 86_400;
const LEAST = leastSpan(48_000);
const spans = fc
  .tuple(fc.double({ min: -10, max: LENGTH, noNaN: true }), fc.double({ min: 1e-5, max: LENGTH, noNaN: true }))
  .map(([from, size]) => ({ from, to: from + size }));

describe('what is seen of a recording', () => {
  it('is always within it, and never shorter than the nearest', () => {
    fc.assert(
      fc.property(
        spans,
        fc.double({ min: 1e-4, max: 1e4, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (span, factor, part) => {
          const start = clamped(span, LENGTH, LEAST);
          for (const next of [
            start,
            zoomed(start, LENGTH, LEAST, factor, start.from),
            panned(start, LENGTH, part * 100),
          ]) {
            expect(next.from).toBeGreaterThanOrEqual(0);
            expect(next.to).toBeLessThanOrEqual(LENGTH + 1e-6);
            expect(next.to - next.from).toBeGreaterThan(LEAST * 0.999_999);
          }
        },
      ),
    );
  });
  it('keeps what is under the pointer in its place', () => {
    const next = zoomed({ from: 1000, to: 2000 }, LENGTH, LEAST, 0.1, 1250);
    expect((1250 - next.from) / (next.to - next.from)).toBeCloseTo(0.25, 9);
    expect(next.to - next.from).toBeCloseTo(100, 9);
  });
  it('follows only what leaves it', () => {
    const span = { from: 100, to: 110 };
    expect(showing(span, LENGTH, 109)).toBe(span);
    expect(showing(span, LENGTH, 110)).toEqual({ from: 109, to: 119 });
    expect(showing(span, 112, 111)).toEqual({ from: 102, to: 112 });
  });
  it('shows a recording that is shorter than the nearest', () =>
    expect(clamped({ from: 0, to: 5 }, 1e-5, LEAST)).toEqual({ from: 0, to: 1e-5 }));
});
