import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeGap, makeRecording } from '../../../../test/support/makeRecording.ts';
import { ReviewRig, SOURCES, START } from '../../../../test/support/reviewRig.ts';
import type { FoundSection } from '../../../shared/domain/section.ts';

let rig: ReviewRig;
beforeEach(() => {
  rig = new ReviewRig();
});
afterEach(() => rig.dispose());

const [YARD, ATTIC] = SOURCES;
const NOW = START + 100_000;

const recording = (change: Parameters<typeof makeRecording>[0]) => {
  const made = makeRecording({ ...YARD, path: `${String(change?.startedAt)}.wav`, ...change });
  rig.save(made);
  return made;
};
const section = (first: number, score: number): FoundSection => ({
  first,
  end: first + 10,
  peak: first,
  peakDb: -20,
  floorDb: -50,
  score,
});
const lanes = (resolutionMs = 0) =>
  rig.library.review.lanes({ from: START, to: NOW + 50_000, filter: undefined, resolutionMs, now: NOW });

describe('a timeline', () => {
  test('draws what is not over until now', async () => {
    recording({ startedAt: START, state: 'recording', samples: 48_000 });
    rig.library.saveGap(makeGap({ ...ATTIC, from: START + 20_000, to: undefined }));
    const told = await lanes();
    expect(told.map(({ sourceName }) => sourceName)).toEqual(['attic', 'Yard']);
    expect(told.map(({ extents, gaps }) => [...extents, ...gaps])).toMatchObject([
      [{ from: START + 20_000, to: NOW }],
      [{ from: START, to: NOW, state: 'recording' }],
    ]);
  });

  test('says of a recording whether all of it was listened to', async () => {
    const [open, heard] = [0, 20_000, 40_000].map((offset) => recording({ startedAt: START + offset }));
    if (!open || !heard) throw new Error('There should be recordings.');
    rig.library.sections.replaceSections([
      { recording: open, sections: [], live: true, settings: '' },
      { recording: heard, sections: [], live: false, settings: '' },
    ]);
    const [lane] = await lanes();
    expect(lane?.extents.map(({ analysed }) => analysed)).toEqual([false, true, false]);
  });

  test('shows of what has no room beside each other what matters most', async () => {
    const first = recording({ startedAt: START + 10_000, samples: 48_000, state: 'complete' });
    const longest = recording({ startedAt: START + 12_000, state: 'repaired' });
    recording({ startedAt: START + 23_000, samples: 48_000, state: 'damaged' });
    rig.detect(first, []);
    rig.detect(longest, [section(0, 20), section(20, 31), section(40, 25)]);
    rig.remark(longest, longest.startedAt + 2000, { verdict: 'star' });
    for (const [offset, length, cause] of [
      [30_000, 1000, 'crash'],
      [32_000, 4000, 'stream lost'],
      [37_000, 500, 'crash'],
    ] as const) {
      const from = START + offset;
      rig.library.saveGap(makeGap({ ...YARD, from, to: from + length, cause }));
    }
    const [lane, ...others] = await lanes(1e7);
    expect(others).toEqual([]);
    expect(lane?.extents).toEqual([
      {
        recordingId: longest.id,
        from: START + 10_000,
        to: START + 24_000,
        state: 'damaged',
        analysed: false,
      },
    ]);
    expect(lane?.gaps).toEqual([{ from: START + 30_000, to: START + 37_500, cause: 'stream lost' }]);
    expect(lane?.sections).toEqual([
      {
        id: `${longest.id}:20`,
        from: START + 12_000,
        to: START + 17_000,
        score: 31,
        verdict: 'star',
      },
    ]);
  });
});
