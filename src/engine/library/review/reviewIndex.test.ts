import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeGap, makeRecording } from '../../../../test/support/makeRecording.ts';
import { modelEvents, modelFind, modelSections, type World } from '../../../../test/support/reviewModel.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { FoundSection, Verdict } from '../../../shared/domain/section.ts';
import { day, sourceId } from '../../../shared/units.ts';
import { type Library, openLibrary } from '../library.ts';

const RUNS = { numRuns: Number(process.env['LONGTAKE_FUZZ_RUNS'] ?? 30) };
/** A little before midnight, so that worlds are on both sides of it. */
const START = Date.UTC(2026, 10, 20, 23, 58);
const SOURCES = [0, 1, 2].map((number) => ({
  sourceId: sourceId(`6f7b6e3e-7e0f-4d3f-8a50-00000000000${number}`),
  sourceName: ['Yard', 'attic', 'Radio'][number] ?? '',
}));
const LABELS = ['owl', 'Käuzchen', 'two words', 'o'];

let folder: string;
let library: Library;
let world: World;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-index-'));
  open();
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

function fresh(): void {
  library.close();
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  open();
}

function open(): void {
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  world = {
    recordings: new Map(),
    sections: new Map(),
    gaps: [],
    markers: [],
    remarks: new Map(),
    titles: [],
  };
}

// Everything is told to the library and to the model alike.
function save(recording: Recording): void {
  library.saveRecording(recording);
  world.recordings.set(recording.id, recording);
}

function detect(recording: Recording, sections: readonly FoundSection[]): void {
  library.sections.replaceSections([{ recording, sections, live: false, settings: '' }]);
  world.sections.set(recording.id, sections);
}

function remove(recording: Recording): void {
  library.removeRecordings([recording.id]);
  world.recordings.delete(recording.id);
}

let clock = 1;
function remark(recording: Recording, at: number, said: { verdict?: Verdict; label?: string; note?: string }): void {
  clock += 1;
  const { sourceId: owner } = recording;
  library.verdicts.save({ type: 'verdict', at: clock, sourceId: owner, peakAt: at, ...said });
  world.remarks.set(`${owner} ${at}`, { sourceId: owner, at, ...said });
}

// Sources of chance: lengths of windows, and what a recording is like.
const sectionsArb = (windows: number): fc.Arbitrary<readonly FoundSection[]> =>
  fc.uniqueArray(fc.integer({ min: 0, max: windows }), { minLength: 0, maxLength: 8 }).chain((cuts) =>
    fc
      .array(fc.tuple(fc.double({ min: 12, max: 60, noNaN: true }), fc.double({ min: 0, max: 0.99, noNaN: true })), {
        minLength: 4,
        maxLength: 4,
      })
      .map((rest) => {
        const sorted = cuts.toSorted((a, b) => a - b);
        return rest.flatMap(([score, place], index) => {
          const first = sorted[index * 2];
          const end = sorted[index * 2 + 1];
          if (first === undefined || end === undefined) return [];
          const peak = first + Math.floor((end - first) * place);
          return [{ first, end, peak, peakDb: -20, floorDb: -60, score: score + first * 1e-6 }];
        });
      }),
  );

const partArb = fc.integer({ min: 5, max: 60 }).chain((seconds) =>
  fc.record({
    /** Length in tenths of a second and a bit. */
    ms: fc.constantFrom(seconds * 1000, seconds * 1000 + 50, seconds * 1000 + 73),
    pauseMs: fc.constantFrom(0, 0, 0, 3000, -2000),
    isGap: fc.boolean(),
    sections: sectionsArb(seconds * 10),
    isTitled: fc.boolean(),
  }),
);
const worldArb = fc.array(
  fc.record({ source: fc.integer({ min: 0, max: 2 }), parts: fc.array(partArb, { maxLength: 6 }) }),
  { maxLength: 3 },
);

const filterArb: fc.Arbitrary<LibraryFilter> = fc.record(
  {
    text: fc.constantFrom('', 'yard', 'ATTIC', 'o', 'owl', 'kauzchen', 'words two', 'radio owl', 'wav', 'song', 'zz'),
    fromDay: fc.constantFrom(day('2026-11-20'), day('2026-11-21')),
    toDay: fc.constantFrom(day('2026-11-20'), day('2026-11-21')),
    sourceIds: fc.subarray(SOURCES.map((source) => source.sourceId)),
    hasSections: fc.boolean(),
    longerThanSeconds: fc.integer({ min: 0, max: 60 }),
    withGaps: fc.boolean(),
  },
  { requiredKeys: [] },
);

type Parts = typeof worldArb extends fc.Arbitrary<infer Value> ? Value : never;

function build(lists: Parts, startMs = 0): void {
  const used = new Set<number>();
  for (const { source, parts } of lists) {
    const owner = SOURCES[source];
    if (!owner || used.has(source)) continue;
    used.add(source);
    let at = START + startMs + source * 700;
    parts.forEach((part, index) => {
      const startedAt = at;
      const isFollowing = index > 0 && parts[index - 1]?.pauseMs === 0;
      const recording = makeRecording({
        ...owner,
        startedAt,
        path: `${owner.sourceName}/${index}-${startedAt}.wav`,
        samples: part.ms * 48,
        seam: isFollowing ? 'gapless' : 'first',
      });
      save(recording);
      detect(recording, part.sections);
      at += part.ms + part.pauseMs;
      if (part.isGap) {
        const gap = makeGap({ ...owner, from: startedAt + part.ms - 1 });
        library.saveGap(gap);
        world.gaps.push(gap);
      }
      if (part.isTitled) {
        library.saveTitle({ recordingId: recording.id, position: 0, text: 'A Song' }, startedAt);
        world.titles.push({ recordingId: recording.id, text: 'A Song' });
      }
    });
  }
}

/** Letters count the same with and without accents; the model compares plainly. */
const plain = (): World => {
  const strip = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return {
    ...world,
    markers: world.markers.map((marker) => ({ ...marker, label: strip(marker.label) })),
    remarks: new Map(
      [...world.remarks].map(([key, said]) => [
        key,
        { ...said, ...(said.label === undefined ? {} : { label: strip(said.label) }) },
      ]),
    ),
  };
};

/** Everything that is asked of a filter, against the model. */
async function agree(filter: LibraryFilter): Promise<void> {
  const meant = modelFind(plain(), filter);
  const found = await library.review.find(filter, 0, 500);
  expect(found).toEqual({
    ids: meant.toReversed().map(({ id }) => id),
    shown: meant.length,
    total: world.recordings.size,
  });
  const days = await library.review.findDays(filter);
  expect(days.days.map(({ day: name, recordings, bytes }) => [name, recordings, bytes])).toEqual(
    [...new Set(meant.map((recording) => recording.day))]
      .sort()
      .toReversed()
      .map((name) => {
        const ofDay = meant.filter((recording) => recording.day === name);
        return [name, ofDay.length, ofDay.reduce((sum, { bytes }) => sum + bytes, 0)];
      }),
  );
  const events = modelEvents(modelSections(world, meant));
  const best = events.toSorted((a, b) => b.score - a.score || a.from - b.from);
  const { events: told, ...counts } = await library.review.highlights(filter, 5);
  expect(counts).toEqual({
    total: events.length,
    reviewed: events.filter(({ verdict }) => verdict !== undefined).length,
    starred: events.filter(({ verdict }) => verdict === 'star').length,
  });
  expect(told.map(summary)).toEqual(best.slice(0, 5).map(summary));
  await walk(filter, events.map(summary));
  const left = events.filter(({ verdict }) => verdict === undefined);
  const next = await library.review.step(filter, { at: undefined, direction: 'next', unreviewed: true });
  expect(next.event?.id).toBe(left[0]?.id);
  const last = await library.review.step(filter, { at: undefined, direction: 'previous', unreviewed: true });
  expect(last.event?.id).toBe(left.at(-1)?.id);
}

interface Told {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly score: number;
  readonly verdict?: Verdict | undefined;
  readonly sections: readonly { readonly id: string; readonly verdict?: Verdict | undefined }[];
}
const summary = ({ id, from, to, score, verdict, sections }: Told) => ({
  id,
  from,
  to,
  score,
  verdict,
  sections: sections.map((section) => [section.id, section.verdict]),
});

/** J from the first to the last and K back reach every event once. */
async function walk(filter: LibraryFilter, expected: readonly object[]): Promise<void> {
  for (const direction of ['next', 'previous'] as const) {
    const seen: object[] = [];
    for (let at: number | undefined; ;) {
      const { event, index, total } = await library.review.step(filter, { at, direction, unreviewed: false });
      expect(total).toBe(expected.length);
      if (!event) break;
      expect(index).toBe(direction === 'next' ? seen.length : expected.length - 1 - seen.length);
      seen.push(summary(event));
      at = event.from;
    }
    expect(seen).toEqual(direction === 'next' ? expected : expected.toReversed());
  }
}

const pick = <Item>(items: readonly Item[], share: number): Item | undefined => items[Math.floor(share * items.length)];
const shareArb = fc.double({ min: 0, max: 0.999, noNaN: true });
const changeArb = fc.record({
  kind: fc.constantFrom('remove', 'restore', 'detect', 'verdict', 'label', 'marker', 'move', 'live'),
  which: shareArb,
  place: shareArb,
  sections: sectionsArb(50),
  verdict: fc.constantFrom<Verdict | undefined>('keep', 'discard', 'star', undefined),
  label: fc.constantFrom(...LABELS),
});
type Change = typeof changeArb extends fc.Arbitrary<infer Value> ? Value : never;

function change({ kind, which, place, sections, verdict, label }: Change, gone: Recording[]): void {
  const recording = pick([...world.recordings.values()], which);
  if (!recording) return;
  const section = pick(world.sections.get(recording.id) ?? [], place);
  const peakAt = recording.startedAt + (section?.peak ?? 0) * 100;
  switch (kind) {
    case 'remove':
      remove(recording);
      gone.push(recording);
      return;
    case 'restore': {
      const back = gone.pop();
      if (back) save(back);
      return;
    }
    case 'detect':
      detect(recording, sections);
      return;
    case 'verdict':
      if (section) remark(recording, peakAt, verdict === undefined ? {} : { verdict });
      return;
    case 'label':
      if (section) remark(recording, peakAt, { label, note: 'Seen' });
      return;
    case 'marker': {
      const at = Math.floor(START + place * 400_000);
      const isOfOne = which > 0.5;
      const marker = {
        id: crypto.randomUUID(),
        at,
        label,
        day: day('2026-11-20'),
        ...(isOfOne ? { sourceId: recording.sourceId } : {}),
      };
      clock += 1;
      library.markers.save({ type: 'marker', at: clock, marker }, '/recordings');
      world.markers.push(marker);
      return;
    }
    case 'move':
      save({ ...recording, startedAt: recording.startedAt + Math.floor(place * 100_000), seam: 'first' });
      return;
    case 'live':
      save({ ...recording, state: recording.state === 'recording' ? 'complete' : 'recording' });
      return;
    default:
  }
}

describe('against a model that looks at everything', () => {
  test('filters, grouping and steps agree', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, fc.array(filterArb, { minLength: 1, maxLength: 3 }), async (lists, filters) => {
        fresh();
        build(lists);
        await agree({});
        for (const filter of filters) await agree(filter);
      }),
      RUNS,
    );
  }, 300_000);

  test('they agree after every change, too', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, fc.array(changeArb, { maxLength: 8 }), filterArb, async (lists, changes, filter) => {
        fresh();
        build(lists);
        const gone: Recording[] = [];
        await agree({});
        for (const one of changes) {
          change(one, gone);
          await agree({});
          await agree(filter);
        }
        const counted = await library.review.totals([day('2026-11-20'), day('2026-11-21')]);
        const all = modelSections(world, [...world.recordings.values()]);
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

describe('a timeline', () => {
  test('shows under a filter what that means, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, filterArb, async (lists, filter) => {
        fresh();
        build(lists);
        const [from, to] = [START - 1e9, START + 1e9];
        const lanes = await library.review.lanes({ from, to, filter, resolutionMs: 0, now: to });
        const meant = modelFind(world, filter);
        expect(new Set(lanes.map((lane) => lane.sourceId))).toEqual(new Set(meant.map((one) => one.sourceId)));
        const wanted = new Set<string>(modelSections(world, meant).map(({ id }) => id));
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
          fresh();
          build(lists);
          const from = START + offset;
          const to = from + length;
          const lanes = await library.review.lanes({ from, to, filter: undefined, resolutionMs, now: to });
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
          const recordings = [...world.recordings.values()];
          for (const section of modelSections(world, recordings).filter(within)) {
            const lane = laneOf(section.recording.sourceId);
            expect(isCovered(lane?.sections, section)).toBe(true);
            const covering = lane?.sections.filter((other) => other.from <= section.from && other.to >= section.to);
            expect(Math.max(...(covering ?? []).map(({ score }) => score))).toBeGreaterThanOrEqual(section.score);
          }
          for (const recording of recordings) {
            const extent = { from: recording.startedAt, to: recording.startedAt + recording.samples / 48 };
            if (within(extent)) expect(isCovered(laneOf(recording.sourceId)?.extents, extent)).toBe(true);
          }
          for (const { from: begin, to: end = to, sourceId: id } of world.gaps) {
            const gap = { from: begin, to: end };
            if (within(gap)) expect(isCovered(laneOf(id)?.gaps, gap)).toBe(true);
          }
          if (resolutionMs === 0 && length > 100_000) {
            const told = lanes.flatMap(({ sections }) => sections.map(({ id }) => id)).sort();
            const wanted = modelSections(world, recordings).filter(within);
            // Sections are at least 100 ms apart in their beginnings, more than a column.
            expect(told).toEqual(wanted.map(({ id }) => id).sort());
          }
        },
      ),
      RUNS,
    );
  }, 300_000);
});
