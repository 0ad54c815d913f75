import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { LibraryFilter } from '../../src/shared/domain/filter.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { FoundSection, Verdict } from '../../src/shared/domain/section.ts';
import { day, sourceId } from '../../src/shared/units.ts';
import { type Library, openLibrary } from '../../src/engine/library/library.ts';
import { makeGap, makeRecording } from './makeRecording.ts';
import { modelEvents, modelFind, modelSections, type World } from './reviewModel.ts';
import { silentLog } from './silentLog.ts';

/** A little before midnight, so that worlds are on both sides of it. */
export const START = Date.UTC(2026, 10, 20, 23, 58);
export const SOURCES = [0, 1, 2].map((number) => ({
  sourceId: sourceId(`6f7b6e3e-7e0f-4d3f-8a50-00000000000${number}`),
  sourceName: ['Yard', 'attic', 'Radio'][number] ?? '',
}));
const LABELS = ['owl', 'Käuzchen', 'two words', 'o'];

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
export const worldArb = fc.array(
  fc.record({ source: fc.integer({ min: 0, max: 2 }), parts: fc.array(partArb, { maxLength: 6 }) }),
  { maxLength: 3 },
);

export const filterArb: fc.Arbitrary<LibraryFilter> = fc.record(
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

const pick = <Item>(items: readonly Item[], share: number): Item | undefined => items[Math.floor(share * items.length)];
const shareArb = fc.double({ min: 0, max: 0.999, noNaN: true });
export const changeArb = fc.record({
  kind: fc.constantFrom('remove', 'restore', 'detect', 'verdict', 'label', 'marker', 'move', 'live'),
  which: shareArb,
  place: shareArb,
  sections: sectionsArb(50),
  verdict: fc.constantFrom<Verdict | undefined>('keep', 'discard', 'star', undefined),
  label: fc.constantFrom(...LABELS),
});
type Change = typeof changeArb extends fc.Arbitrary<infer Value> ? Value : never;

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

/** A library and a model, which are told everything alike. */
export class ReviewRig {
  library: Library;
  world: World;
  readonly #folder = mkdtempSync(join(tmpdir(), 'longtake-index-'));
  #clock = 1;

  constructor() {
    this.library = this.#open();
    this.world = emptyWorld();
  }

  /** Begins with nothing. */
  fresh(): void {
    this.library.close();
    for (const file of readdirSync(this.#folder)) rmSync(join(this.#folder, file));
    this.library = this.#open();
    this.world = emptyWorld();
  }

  dispose(): void {
    this.library.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  save(recording: Recording): void {
    this.library.saveRecording(recording);
    this.world.recordings.set(recording.id, recording);
  }

  detect(recording: Recording, sections: readonly FoundSection[]): void {
    this.library.sections.replaceSections([{ recording, sections, live: false, settings: '' }]);
    this.world.sections.set(recording.id, sections);
  }

  remove(recording: Recording): void {
    this.library.removeRecordings([recording.id]);
    this.world.recordings.delete(recording.id);
  }

  remark(recording: Recording, at: number, said: { verdict?: Verdict; label?: string; note?: string }): void {
    this.#clock += 1;
    const { sourceId: owner } = recording;
    this.library.verdicts.save({ type: 'verdict', at: this.#clock, sourceId: owner, peakAt: at, ...said });
    this.world.remarks.set(`${owner} ${at}`, { sourceId: owner, at, ...said });
  }

  /** Absent source: of all. */
  mark(at: number, label: string, source?: Recording['sourceId']): void {
    this.#clock += 1;
    const marker = { id: crypto.randomUUID(), at, label, day: day('2026-11-20'), ...(source && { sourceId: source }) };
    this.library.markers.save({ type: 'marker', at: this.#clock, marker }, '/recordings');
    this.world.markers.push(marker);
  }

  build(lists: Parts, startMs = 0): void {
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
        this.save(recording);
        this.detect(recording, part.sections);
        at += part.ms + part.pauseMs;
        if (part.isGap) {
          const gap = makeGap({ ...owner, from: startedAt + part.ms - 1 });
          this.library.saveGap(gap);
          this.world.gaps.push(gap);
        }
        if (part.isTitled) {
          this.library.saveTitle({ recordingId: recording.id, position: 0, text: 'A Song' }, startedAt);
          this.world.titles.push({ recordingId: recording.id, text: 'A Song' });
        }
      });
    }
  }

  /** Letters count the same with and without accents; the model compares plainly. */
  #plain(): World {
    const strip = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
    return {
      ...this.world,
      markers: this.world.markers.map((marker) => ({ ...marker, label: strip(marker.label) })),
      remarks: new Map(
        [...this.world.remarks].map(([key, said]) => [
          key,
          { ...said, ...(said.label === undefined ? {} : { label: strip(said.label) }) },
        ]),
      ),
    };
  }

  /** Everything that is asked of a filter, against the model. */
  async agree(filter: LibraryFilter): Promise<void> {
    const meant = modelFind(this.#plain(), filter);
    const found = await this.library.review.find(filter, 0, 500);
    expect(found).toEqual({
      ids: meant.toReversed().map(({ id }) => id),
      shown: meant.length,
      total: this.world.recordings.size,
    });
    const days = await this.library.review.findDays(filter);
    expect(days.days.map(({ day: name, recordings, bytes }) => [name, recordings, bytes])).toEqual(
      [...new Set(meant.map((recording) => recording.day))]
        .sort()
        .toReversed()
        .map((name) => {
          const ofDay = meant.filter((recording) => recording.day === name);
          return [name, ofDay.length, ofDay.reduce((sum, { bytes }) => sum + bytes, 0)];
        }),
    );
    const events = modelEvents(modelSections(this.world, meant));
    const best = events.toSorted((a, b) => b.score - a.score || a.from - b.from);
    const { events: told, ...counts } = await this.library.review.highlights(filter, 5);
    expect(counts).toEqual({
      total: events.length,
      reviewed: events.filter(({ verdict }) => verdict !== undefined).length,
      starred: events.filter(({ verdict }) => verdict === 'star').length,
    });
    expect(told.map(summary)).toEqual(best.slice(0, 5).map(summary));
    await this.#walk(filter, events.map(summary));
    const left = events.filter(({ verdict }) => verdict === undefined);
    const next = await this.library.review.step(filter, { at: undefined, direction: 'next', unreviewed: true });
    expect(next.event?.id).toBe(left[0]?.id);
    const last = await this.library.review.step(filter, { at: undefined, direction: 'previous', unreviewed: true });
    expect(last.event?.id).toBe(left.at(-1)?.id);
  }

  /** J from the first to the last and K back reach every event once. */
  async #walk(filter: LibraryFilter, expected: readonly object[]): Promise<void> {
    for (const direction of ['next', 'previous'] as const) {
      const seen: object[] = [];
      for (let at: number | undefined; ;) {
        const { event, index, total } = await this.library.review.step(filter, { at, direction, unreviewed: false });
        expect(total).toBe(expected.length);
        if (!event) break;
        expect(index).toBe(direction === 'next' ? seen.length : expected.length - 1 - seen.length);
        seen.push(summary(event));
        at = event.from;
      }
      expect(seen).toEqual(direction === 'next' ? expected : expected.toReversed());
    }
  }

  change({ kind, which, place, sections, verdict, label }: Change, gone: Recording[]): void {
    const recording = pick([...this.world.recordings.values()], which);
    if (!recording) return;
    const section = pick(this.world.sections.get(recording.id) ?? [], place);
    const peakAt = recording.startedAt + (section?.peak ?? 0) * 100;
    switch (kind) {
      case 'remove':
        this.remove(recording);
        gone.push(recording);
        return;
      case 'restore': {
        const back = gone.pop();
        if (back) this.save(back);
        return;
      }
      case 'detect':
        this.detect(recording, sections);
        return;
      case 'verdict':
        if (section) this.remark(recording, peakAt, verdict === undefined ? {} : { verdict });
        return;
      case 'label':
        if (section) this.remark(recording, peakAt, { label, note: 'Seen' });
        return;
      case 'marker':
        this.mark(Math.floor(START + place * 400_000), label, which > 0.5 ? recording.sourceId : undefined);
        return;
      case 'move':
        this.save({ ...recording, startedAt: recording.startedAt + Math.floor(place * 100_000), seam: 'first' });
        return;
      case 'live':
        this.save({ ...recording, state: recording.state === 'recording' ? 'complete' : 'recording' });
        return;
      default:
    }
  }

  #open(): Library {
    return openLibrary(join(this.#folder, 'library.db'), silentLog).library;
  }
}

const emptyWorld = (): World => ({
  recordings: new Map(),
  sections: new Map(),
  gaps: [],
  markers: [],
  remarks: new Map(),
  titles: [],
});
