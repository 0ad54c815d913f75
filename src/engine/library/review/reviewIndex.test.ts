import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelFind, modelSections } from '../../../../test/support/reviewModel.ts';
import { changeArb, filterArb, ReviewRig, START, worldArb } from '../../../../test/support/reviewRig.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { day } from '../../../shared/units.ts';

const RUNS = { numRuns: Number(process.env['LONGTAKE_FUZZ_RUNS'] ?? 30) };
let rig: ReviewRig;
beforeEach(() => {
  rig = new ReviewRig();
});
afterEach(() => rig.dispose());

describe('against a model that looks at everything', () => {
  test('filters, grouping and steps agree', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, fc.array(filterArb, { minLength: 1, maxLength: 3 }), async (lists, filters) => {
        rig.fresh();
        rig.build(lists);
        await rig.agree({});
        for (const filter of filters) await rig.agree(filter);
      }),
      RUNS,
    );
  }, 300_000);

  test('they agree after every change, too', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, fc.array(changeArb, { maxLength: 8 }), filterArb, async (lists, changes, filter) => {
        rig.fresh();
        rig.build(lists);
        const gone: Recording[] = [];
        await rig.agree({});
        for (const one of changes) {
          rig.change(one, gone);
          await rig.agree({});
          await rig.agree(filter);
        }
        const counted = await rig.library.review.totals([day('2026-11-20'), day('2026-11-21')]);
        const all = modelSections(rig.world, [...rig.world.recordings.values()]);
        expect(counted).toEqual(
          ['2026-11-20', '2026-11-21'].map((name) => {
            const ofDay = all.filter(({ recording }) => recording.day === name);
            return {
              sections: ofDay.length,
              reviewed: ofDay.filter(({ verdict }) => verdict !== undefined).length,
            };
          }),
        );
      }),
      RUNS,
    );
  }, 300_000);
});

test('totals of days are the same before all is loaded as after', async () => {
  const days = [day('2026-11-20'), day('2026-11-21'), day('2026-11-22')];
  await fc.assert(
    fc.asyncProperty(worldArb, fc.array(changeArb, { maxLength: 6 }), async (lists, changes) => {
      rig.fresh();
      rig.build(lists);
      for (const one of changes) rig.change(one, []);
      const before = await rig.library.review.totals(days);
      await rig.library.review.find({}, 0, 1);
      expect(await rig.library.review.totals(days)).toEqual(before);
      const all = modelSections(rig.world, [...rig.world.recordings.values()]);
      expect(before.reduce((sum, { sections }) => sum + sections, 0)).toBe(all.length);
    }),
    RUNS,
  );
}, 300_000);

describe('a timeline', () => {
  test('shows under a filter what that means, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, filterArb, async (lists, filter) => {
        rig.fresh();
        rig.build(lists);
        const [from, to] = [START - 1e9, START + 1e9];
        const lanes = await rig.library.review.lanes({ from, to, filter, resolutionMs: 0, now: to });
        const meant = modelFind(rig.world, filter);
        expect(new Set(lanes.map((lane) => lane.sourceId))).toEqual(new Set(meant.map((one) => one.sourceId)));
        const wanted = new Set<string>(modelSections(rig.world, meant).map(({ id }) => id));
        expect(lanes.flatMap(({ sections }) => sections).filter(({ id }) => !wanted.has(id))).toEqual([]);
      }),
      RUNS,
    );
  }, 300_000);

  test('covers every section, gap and recording, within bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        worldArb,
        fc.tuple(fc.integer({ min: -60_000, max: 300_000 }), fc.integer({ min: 1, max: 400_000 })),
        fc.constantFrom(0, 100, 1000, 30_000, 1e7),
        async (lists, [offset, length], resolutionMs) => {
          rig.fresh();
          rig.build(lists);
          const from = START + offset;
          const to = from + length;
          const lanes = await rig.library.review.lanes({ from, to, filter: undefined, resolutionMs, now: to });
          const column = Math.max(resolutionMs, (to - from) / 24_000);
          const within = (item: { readonly from: number; readonly to: number }): boolean =>
            item.to > from && item.from < to;
          for (const lane of lanes) {
            for (const items of [lane.extents, lane.gaps, lane.sections]) {
              expect(items.length).toBeLessThanOrEqual(
                Math.min(24_000, (to - from) / column + 2) + items.filter((item) => item.from < from).length,
              );
            }
          }
          const laneOf = (id: string) => lanes.find((lane) => lane.sourceId === id);
          const isCovered = (
            items: readonly { readonly from: number; readonly to: number }[] | undefined,
            item: { readonly from: number; readonly to: number },
          ): boolean => items?.some((other) => other.from <= item.from && other.to >= item.to) === true;
          const recordings = [...rig.world.recordings.values()];
          for (const section of modelSections(rig.world, recordings).filter(within)) {
            const lane = laneOf(section.recording.sourceId);
            expect(isCovered(lane?.sections, section)).toBe(true);
            const covering = lane?.sections.filter((other) => other.from <= section.from && other.to >= section.to);
            expect(Math.max(...(covering ?? []).map(({ score }) => score))).toBeGreaterThanOrEqual(section.score);
          }
          for (const recording of recordings) {
            const extent = { from: recording.startedAt, to: recording.startedAt + recording.samples / 48 };
            if (within(extent)) expect(isCovered(laneOf(recording.sourceId)?.extents, extent)).toBe(true);
          }
          for (const { from: begin, to: end = to, sourceId: id } of rig.world.gaps) {
            const gap = { from: begin, to: end };
            if (within(gap)) expect(isCovered(laneOf(id)?.gaps, gap)).toBe(true);
          }
          if (resolutionMs === 0 && length > 100_000) {
            const told = lanes.flatMap(({ sections }) => sections.map(({ id }) => id)).sort();
            const wanted = modelSections(rig.world, recordings).filter(within);
            // Sections are at least 100 ms apart in their beginnings, more than a column.
            expect(told).toEqual(wanted.map(({ id }) => id).sort());
          }
        },
      ),
      RUNS,
    );
  }, 300_000);
});
