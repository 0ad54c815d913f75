import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapId } from '../../shared/units.ts';
import { type CapturedSpan, type GapSpan, measureCoverage, type SourceTrace } from './coverage.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ID = gapId('0f9a3a52-58a4-4b0c-8a86-2c8b1f0d4e77');

const armed = (at: number) => ({ at, armed: true, reason: undefined });
const disarmed = (at: number, reason = 'person') => ({ at, armed: false, reason });
const captured = (from: number, to: number, change: Partial<CapturedSpan> = {}): CapturedSpan => ({
  from,
  to,
  deleted: false,
  gapless: true,
  ...change,
});
const gap = (from: number, to: number | undefined, cause: GapSpan['cause'] = 'stream lost'): GapSpan => ({
  id: ID,
  cause,
  from,
  to,
});

function measure(trace: Partial<SourceTrace>) {
  const { missing, ...figures } = measureCoverage({
    from: 0,
    to: DAY,
    events: [armed(-HOUR)],
    armedNow: true,
    captured: [],
    gaps: [],
    isClockStep: () => false,
    ...trace,
  });
  return { ...figures, missing: missing.map(({ from, to, cause }) => ({ from, to, cause })) };
}

describe('coverage', () => {
  it('is whole where recordings follow each other over midnight', () => {
    const { armedMs, capturedMs, missing } = measure({ captured: [captured(-HOUR, HOUR), captured(HOUR, DAY + HOUR)] });
    expect({ armedMs, capturedMs, missing }).toEqual({ armedMs: DAY, capturedMs: DAY, missing: [] });
  });

  it('tells a gap with its length and cause', () => {
    const at = 3 * HOUR + 12 * 60_000;
    const { armedMs, capturedMs, missing } = measure({
      captured: [captured(0, at), captured(at + 14_000, DAY, { gapless: false })],
      gaps: [gap(at, at + 14_000)],
    });
    expect(missing).toEqual([{ from: at, to: at + 14_000, cause: 'stream lost' }]);
    expect(armedMs - capturedMs).toBe(14_000);
  });

  it('tells a second that nothing accounts for, and does not count it', () => {
    const { armedMs, capturedMs, missing } = measure({ captured: [captured(0, HOUR), captured(HOUR + 1000, DAY)] });
    expect(missing).toEqual([{ from: HOUR, to: HOUR + 1000, cause: 'unexplained' }]);
    expect(armedMs - capturedMs).toBe(1000);
  });

  it('takes what the clock of a card is off for no loss', () => {
    const { capturedMs, missing } = measure({ captured: [captured(0, HOUR - 72), captured(HOUR, DAY)] });
    expect({ capturedMs, missing }).toEqual({ capturedMs: DAY, missing: [] });
  });

  it('does not bridge as much where nothing says that the samples follow each other', () => {
    const { missing } = measure({ captured: [captured(0, 5000), captured(5200, DAY, { gapless: false })] });
    expect(missing).toEqual([{ from: 5000, to: 5200, cause: 'unexplained' }]);
  });

  it('counts what two recordings both hold once', () => {
    const { capturedMs } = measure({ captured: [captured(0, 2 * HOUR), captured(HOUR, 3 * HOUR)] });
    expect(capturedMs).toBe(3 * HOUR);
  });

  it('knows days of 23 and of 25 hours', () => {
    for (const hours of [23, 25]) {
      const { armedMs, capturedMs } = measure({ to: hours * HOUR, captured: [captured(-HOUR, 26 * HOUR)] });
      expect({ armedMs, capturedMs }).toEqual({ armedMs: hours * HOUR, capturedMs: hours * HOUR });
    }
  });

  it('counts neither before arming nor after disarming', () => {
    const {
      armedMs,
      capturedMs,
      missing,
      armed: spans,
    } = measure({
      events: [armed(HOUR), disarmed(2 * HOUR, 'quit'), armed(5 * HOUR)],
      captured: [captured(HOUR + 300, 2 * HOUR), captured(5 * HOUR - 500, DAY, { gapless: false })],
    });
    expect(missing).toEqual([]);
    expect(armedMs).toBe(HOUR - 300 + 19 * HOUR);
    expect(capturedMs).toBe(armedMs);
    expect(spans).toEqual([
      { from: HOUR, to: 2 * HOUR, began: true, ended: true, reason: 'quit' },
      { from: 5 * HOUR, began: true, ended: false },
    ]);
  });

  it('tells how long an input took to open, from a second on', () => {
    const { missing } = measure({ events: [armed(0)], captured: [captured(4000, DAY, { gapless: false })] });
    expect(missing).toEqual([{ from: 0, to: 4000, cause: 'starting' }]);
    const late = measure({ events: [armed(0)], captured: [captured(HOUR, DAY, { gapless: false })] });
    expect(late.missing).toEqual([{ from: 0, to: HOUR, cause: 'unexplained' }]);
  });

  it('takes what was on its way when an input was closed for no loss, up to two seconds', () => {
    const endingAt = (last: number) =>
      measure({ events: [armed(0), disarmed(HOUR, 'person')], captured: [captured(0, last)] }).missing;
    expect(endingAt(HOUR - 1900)).toEqual([]);
    expect(endingAt(HOUR - 2100)).toEqual([{ from: HOUR - 2100, to: HOUR, cause: 'unexplained' }]);
  });

  it('goes on with the first arming after a crash', () => {
    const { armedMs, missing } = measure({
      events: [armed(0), armed(2 * HOUR)],
      captured: [captured(0, HOUR), captured(2 * HOUR, DAY, { gapless: false })],
      gaps: [gap(HOUR, 2 * HOUR, 'crash')],
    });
    expect(armedMs).toBe(DAY);
    expect(missing).toEqual([{ from: HOUR, to: 2 * HOUR, cause: 'crash' }]);
  });

  it('counts a pause apart', () => {
    const { armedMs, capturedMs, pausedMs, missing } = measure({
      captured: [captured(0, HOUR), captured(3 * HOUR, DAY, { gapless: false })],
      gaps: [gap(HOUR, 3 * HOUR, 'paused')],
    });
    expect({ armedMs, capturedMs, pausedMs, missing }).toEqual({
      armedMs: 22 * HOUR,
      capturedMs: 22 * HOUR,
      pausedMs: 2 * HOUR,
      missing: [],
    });
  });

  it('counts what was captured and deleted since, and tells it', () => {
    const { capturedMs, deletedMs } = measure({
      captured: [captured(0, HOUR, { deleted: true }), captured(HOUR, DAY)],
    });
    expect({ capturedMs, deletedMs }).toEqual({ capturedMs: DAY, deletedMs: HOUR });
  });

  it('does not miss an hour that the clock skipped', () => {
    const holes = { captured: [captured(0, HOUR), captured(4 * HOUR, DAY)] };
    expect(measure({ ...holes, isClockStep: () => true })).toMatchObject({
      armedMs: 21 * HOUR,
      capturedMs: 21 * HOUR,
      missing: [],
    });
    expect(measure(holes).missing).toEqual([{ from: HOUR, to: 4 * HOUR, cause: 'unexplained' }]);
  });

  it('tells a gap that lasts up to now', () => {
    const { missing } = measure({ captured: [captured(0, HOUR)], gaps: [gap(HOUR, undefined)], to: 2 * HOUR });
    expect(missing).toEqual([{ from: HOUR, to: 2 * HOUR, cause: 'stream lost' }]);
  });

  it('accounts for every armed millisecond once, whatever the rows are', () => {
    const time = fc.integer({ min: -20, max: 120 }).map((step) => step * 10_000);
    const span = fc.tuple(time, time).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 10_000] as const);
    const trace = fc.record({
      events: fc
        .uniqueArray(time, { minLength: 1, maxLength: 6 })
        .map((times) =>
          times.toSorted((a, b) => a - b).map((at, index) => (index % 2 === 0 ? armed(at) : disarmed(at))),
        ),
      captured: fc
        .array(fc.tuple(span, fc.boolean()), { maxLength: 6 })
        .map((spans) =>
          spans
            .map(([[from, to], deleted]) => captured(from, to, { deleted, gapless: false }))
            .toSorted((a, b) => a.from - b.from),
        ),
      gaps: fc
        .array(fc.tuple(span, fc.constantFrom('stream lost' as const, 'paused' as const)), { maxLength: 4 })
        .map((spans) => spans.map(([[from, to], cause]) => gap(from, to, cause)).toSorted((a, b) => a.from - b.from)),
    });
    fc.assert(
      fc.property(trace, (rows) => {
        const to = 1_000_000;
        const result = measure({ ...rows, to });
        const marks = { armed: 0, captured: 0, paused: 0 };
        for (let at = 5000; at < to; at += 10_000) {
          const isArmed = rows.events.findLast((event) => event.at <= at)?.armed === true;
          const isCaptured = rows.captured.some((one) => one.from <= at && at < one.to);
          const isPaused = rows.gaps.some((one) => one.cause === 'paused' && one.from <= at && at < (one.to ?? to));
          if (!isArmed) continue;
          if (isCaptured || !isPaused) marks.armed += 10_000;
          if (isCaptured) marks.captured += 10_000;
          else if (isPaused) marks.paused += 10_000;
        }
        const missingMs = result.missing.reduce((sum, one) => sum + one.to - one.from, 0);
        expect(result).toMatchObject({ armedMs: marks.armed, capturedMs: marks.captured, pausedMs: marks.paused });
        expect(missingMs).toBe(marks.armed - marks.captured);
      }),
      { numRuns: 500 },
    );
  });
});
