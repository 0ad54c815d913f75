import { describe, expect, it } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { sourceId } from '../../../shared/units.ts';
import type { SourceCoverage } from '../../../shared/domain/coverage.ts';
import { armingMarks } from '../../stores/armingMarks.ts';
import { armingWords, coverageLine, percent, withoutOpening } from './coverageWords.ts';
import { seamNote, seamWords } from './seamWords.ts';

const DAY = 86_400_000;
const AT = Date.UTC(2026, 10, 21, 3, 12);
const source = (change: Partial<SourceCoverage> = {}): SourceCoverage => ({
  sourceId: sourceId('6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11'),
  sourceName: 'Radio 1',
  armedMs: DAY,
  capturedMs: DAY,
  pausedMs: 0,
  deletedMs: 0,
  missing: [],
  missingCount: 0,
  armed: [],
  ...change,
});

describe('the words of coverage', () => {
  it('tell the share, and one loss in full', () => {
    const lost = source({
      capturedMs: DAY - 14_000,
      missing: [{ from: AT, to: AT + 14_000, cause: 'stream lost' }],
      missingCount: 1,
    });
    expect(coverageLine({ sources: [lost] }, 0)).toBe('99.98 %, 14 s missing at 03:12, stream lost');
    expect(coverageLine({ sources: [lost, lost] }, 0)).toBe('99.98 %, 28 s missing in 2 places');
    expect(coverageLine({ sources: [source()] }, 0)).toBe('100 %');
    expect(coverageLine({ sources: [] }, 0)).toBe('');
  });

  it('say nothing of an input that is being opened', () => {
    const waiting = { from: AT, to: AT + 1700, cause: 'starting' } as const;
    const lost = { from: AT - 60_000, to: AT - 46_000, cause: 'stream lost' } as const;
    const fresh = source({ armedMs: 1700, capturedMs: 0, missing: [waiting], missingCount: 1 });
    const opening = new Set([fresh.sourceId]);
    const line = (of: SourceCoverage, ids: ReadonlySet<string>, to = AT + 1800) =>
      coverageLine(withoutOpening({ from: 0, to, sources: [of] }, ids), 0);
    expect(line(fresh, opening)).toBe('');
    expect(line(fresh, new Set())).toBe('0.00 %, 1.7 s missing at 03:12, input being opened');
    expect(line(fresh, opening, AT + 60_000)).toContain('1.7 s missing');
    const both = source({ armedMs: DAY, capturedMs: DAY - 15_700, missing: [lost, waiting], missingCount: 2 });
    expect(line(both, opening)).toBe('99.98 %, 14 s missing at 03:11, stream lost');
  });

  it('never say that nothing is missing where something is', () => {
    const lost = { from: AT, to: AT + 20, cause: 'starting' } as const;
    const short = source({ capturedMs: DAY - 20, missing: [lost], missingCount: 1 });
    expect(coverageLine({ sources: [short] }, 0)).toBe('99.99 %, under 0.1 s missing at 03:12, input being opened');
  });

  it('never call 100 % what is not whole', () => {
    expect(percent({ armedMs: DAY, capturedMs: DAY - 2 })).toBe('99.99 %');
    expect(percent({ armedMs: DAY, capturedMs: 0 })).toBe('0.00 %');
    expect(percent({ armedMs: 0, capturedMs: 0 })).toBe('');
  });
});

describe('where recording began and ended', () => {
  it('is told between recordings, but not where a source was only set up anew', () => {
    const marks = armingMarks({
      from: 0,
      to: DAY,
      sources: [
        source({
          armed: [
            { from: 0, to: 1000, began: false, ended: true, reason: 'quit' },
            { from: 9000, to: 20_000, began: true, ended: true, reason: 'changed' },
            { from: 20_010, began: true, ended: false },
          ],
        }),
      ],
    });
    expect(marks.map(({ at, what }) => [at, what])).toEqual([
      [9000, 'began'],
      [1000, 'ended'],
    ]);
    expect(armingWords({ what: 'ended', reason: 'quit' })).toBe('Recording ended when Longtake was quit.');
  });
});

describe('the words of boundaries', () => {
  const CONNECTION = '11111111-1111-4111-8111-111111111111';
  it('claim a proof only where there are counters', () => {
    expect(seamNote(makeRecording({ seam: 'gapless' }))).toBeUndefined();
    expect(seamNote(makeRecording({ seam: 'gapless', connection: CONNECTION, firstSample: 1 }))?.tone).toBe('proven');
    expect(seamNote(makeRecording({ seam: 'missing', missingSamples: 24_000 }))?.words).toMatch(/^0\.5 s missing/);
  });

  it('count what was found', () => {
    const counts = { seams: 3, gapless: 1, accounted: 1, unproven: 0, findings: [], findingCount: 1 };
    expect(seamWords(counts)).toBe('3 boundaries: 1 proven gapless, 1 after a gap or at a new beginning, 1 not right.');
  });
});
