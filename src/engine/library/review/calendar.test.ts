import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeGap, makeRecording } from '../../../../test/support/makeRecording.ts';
import { ReviewRig, SOURCES } from '../../../../test/support/reviewRig.ts';
import type { FoundSection } from '../../../shared/domain/section.ts';
import { day } from '../../../shared/units.ts';

let rig: ReviewRig;
beforeEach(() => {
  rig = new ReviewRig();
});
afterEach(() => rig.dispose());

const [YARD, ATTIC, RADIO] = SOURCES;
const at = (date: number, hour = 12): number => Date.UTC(2026, 10, date, hour);

const section = (first: number, score: number): FoundSection => {
  return { first, end: first + 10, peak: first, peakDb: -20, floorDb: -50, score };
};

const totals = async (from: number, to: number, sources?: readonly { readonly sourceId: string }[]) => {
  const name = (date: number) => day(`2026-11-${date}`);
  const meant = sources?.map(({ sourceId }) => sourceId) as Parameters<typeof rig.library.review.calendar>[2];
  const days = await rig.library.review.calendar(name(from), name(to), meant);
  return days.map(({ day: of, recordings, durationMs, gapMs, sections, topScore, markers }) => [
    Number(of.slice(-2)),
    recordings,
    durationMs,
    gapMs,
    sections,
    topScore,
    markers,
  ]);
};

test('a calendar tells what there is on each day, of all sources or of some', async () => {
  const yard = makeRecording({ ...YARD, startedAt: at(18) });
  const attic = makeRecording({ ...ATTIC, startedAt: at(18, 13), samples: 96_000 });
  for (const recording of [yard, attic, makeRecording({ ...YARD, startedAt: at(20) })]) rig.save(recording);
  rig.detect(yard, [section(0, 21), section(20, 33)]);
  rig.detect(attic, [section(0, 40)]);
  // A day on which nothing was recorded, and one on which there is nothing at all.
  rig.library.saveGap(makeGap({ ...ATTIC, from: at(21) }));
  rig.library.saveGap(makeGap({ ...YARD, from: at(18, 14), to: at(18, 14) + 2500 }));
  for (const source of [YARD, ATTIC, undefined]) rig.mark(at(20), 'owl', source?.sourceId);

  expect(await totals(18, 21)).toEqual([
    [18, 2, 12_000, 2500, 3, 40, 0],
    [20, 1, 10_000, 0, 0, 0, 3],
    [21, 0, 0, 5000, 0, 0, 0],
  ]);
  expect(await totals(18, 21, [YARD ?? { sourceId: '' }])).toEqual([
    [18, 1, 10_000, 2500, 2, 33, 0],
    [20, 1, 10_000, 0, 0, 0, 2],
  ]);
  expect(await totals(18, 21, [ATTIC ?? { sourceId: '' }])).toEqual([
    [18, 1, 2000, 0, 1, 40, 0],
    [20, 0, 0, 0, 0, 0, 2],
    [21, 0, 0, 5000, 0, 0, 0],
  ]);
  expect(await totals(18, 21, [RADIO ?? { sourceId: '' }])).toEqual([[20, 0, 0, 0, 0, 0, 1]]);
  expect((await totals(19, 20)).map(([date]) => date)).toEqual([20]);
  expect((await totals(18, 19)).map(([date]) => date)).toEqual([18]);
});
