import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { day as asDay } from '../../../shared/units.ts';
import { wallTime } from '../../format/time.ts';
import { newEntry, withRecording } from '../../stores/dayEntry.ts';
import { followedAt, shownEdge, shownEnd } from './shownTimes.ts';

const START = Date.UTC(2026, 10, 21, 14);
const RATE = 48_000;
const ONE = '0b8c7f5e-1c1a-4c51-9c66-0d8f0a3b5e01';
const OTHER = '0b8c7f5e-1c1a-4c51-9c66-0d8f0a3b5e02';
const DAY = asDay('2026-11-21');
const empty = newEntry({ day: DAY, recordings: 0, durationMs: 0, bytes: 0, gaps: 0, gapMs: 0 });

describe('the end of a recording', () => {
  it('is where the one that goes on begins, wherever its own samples end by the clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_600_000 }), fc.integer({ min: -400, max: 400 }), (length, drift) => {
        const samples = (length * RATE) / 1000;
        const before = makeRecording({ startedAt: START, samples, connection: ONE, firstSample: 7, day: DAY });
        const startedAt = START + length + drift;
        const after = makeRecording({ startedAt, connection: ONE, firstSample: 7 + samples, day: DAY });
        const entry = [before, after].reduce(withRecording, empty);
        expect(wallTime(shownEnd(before, followedAt(entry, before)), 0)).toBe(wallTime(startedAt, 0));
        expect(followedAt(entry, after)).toBeUndefined();
      }),
    );
  });

  it('is the full second that it was cut at, where the next one is not known', () => {
    const cut = makeRecording({ startedAt: START, samples: Math.round(4.982 * RATE) });
    expect(wallTime(shownEnd(cut, undefined), 0)).toBe('14:00:05');
    const drifted = makeRecording({ startedAt: START, samples: Math.round(3599.8 * RATE) });
    expect(wallTime(shownEnd(drifted, undefined), 0)).toBe('15:00:00');
    const stopped = makeRecording({ startedAt: START, samples: Math.round(4.7 * RATE) });
    expect(wallTime(shownEnd(stopped, undefined), 0)).toBe('14:00:04');
  });

  it('is not taken from another connection, nor over samples that are missing', () => {
    const before = makeRecording({ startedAt: START, samples: RATE, connection: ONE, firstSample: 0, day: DAY });
    const others = [
      makeRecording({ startedAt: START + 3000, connection: OTHER, firstSample: RATE, day: DAY }),
      makeRecording({ startedAt: START + 4000, connection: ONE, firstSample: RATE + 1, day: DAY }),
    ];
    expect(followedAt([before, ...others].reduce(withRecording, empty), before)).toBeUndefined();
    expect(followedAt(undefined, before)).toBeUndefined();
  });
});

it('the edge of a gap that is a moment before a full second is shown as that', () => {
  expect(wallTime(shownEdge(START - 1), 0)).toBe('14:00:00');
});
