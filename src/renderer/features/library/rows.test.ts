import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
import { day as asDay, gapId, recordingId, sourceId } from '../../../shared/units.ts';
import {
  type DayEntry,
  missingPages,
  newEntry,
  withGap,
  withPage,
  withRecording,
  withSummary,
} from '../../stores/dayEntry.ts';
import { activeLine, placeOf } from './activeLine.ts';
import { RowIndex } from './rows.ts';

const DAY = '2026-11-21';

const recording = (startedAt: number): Recording => ({
  id: recordingId(`recording-${startedAt}`),
  sourceId: sourceId('source'),
  sourceName: 'Studio A',
  sourceKind: 'soundcard',
  root: '/recordings',
  path: `${startedAt}.wav`,
  startedAt,
  offsetMinutes: 60,
  zone: 'Europe/Berlin',
  day: asDay(DAY),
  container: 'wav',
  format: { codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 24 },
  samples: 48_000,
  bytes: 288_044,
  state: 'complete',
  seam: 'gapless',
});

const gap = (from: number): Gap => ({
  id: gapId(`gap-${from}`),
  sourceId: sourceId('source'),
  sourceName: 'Studio A',
  cause: 'device lost',
  detail: 'The device was unplugged.',
  from,
  to: from + 1,
  day: asDay(DAY),
});

const summary = (day: string, recordings: number): DaySummary => ({
  day: asDay(day),
  recordings,
  durationMs: 0,
  bytes: 0,
  gaps: 0,
  gapMs: 0,
});

const loaded = (starts: readonly number[], gaps: readonly number[] = []): DayEntry =>
  gaps.reduce(
    (entry, from) => withGap(entry, gap(from)),
    withPage(newEntry(summary(DAY, starts.length)), 0, starts.map(recording), starts.length),
  );

const keys = (entry: DayEntry, expanded = true): string[] => {
  const rows = new RowIndex([DAY], new Map([[DAY, entry]]), () => expanded);
  return Array.from({ length: rows.length }, (_, index) => rows.at(index)?.key ?? 'nothing');
};

describe('RowIndex', () => {
  it('puts gaps between the recordings, newest first', () => {
    expect(keys(loaded([40, 30, 10], [15, 35, 45, 5]))).toEqual([
      DAY,
      'gap-45',
      'recording-40',
      'gap-35',
      'recording-30',
      'gap-15',
      'recording-10',
      'gap-5',
    ]);
  });

  it('leaves out a gap that turned out to be none', () => {
    const entry = withGap(loaded([40], [35]), { ...gap(35), to: 35 });
    expect(keys(entry)).toEqual([DAY, 'recording-40']);
  });

  it('shows only the day when it is collapsed', () => expect(keys(loaded([2, 1], [3]), false)).toEqual([DAY]));

  it('shows a day that has nothing but gaps', () => expect(keys(loaded([], [3]))).toEqual([DAY, 'gap-3']));

  it('leaves out gaps whose neighbours are not loaded yet', () => {
    const entry = withGap(
      withGap(withPage(newEntry(summary(DAY, 4)), 2, [20, 10].map(recording), 4), gap(35)),
      gap(15),
    );
    expect(keys(entry)).toEqual([DAY, `${DAY}/0`, `${DAY}/1`, 'recording-20', 'gap-15', 'recording-10']);
  });

  it('knows the day of every line', () => {
    const other = '2026-11-20';
    const rows = new RowIndex(
      [DAY, other],
      new Map([
        [DAY, loaded([2, 1])],
        [other, newEntry(summary(other, 1))],
      ]),
      () => true,
    );
    expect(rows.length).toBe(5);
    expect([0, 2, 3, 4, 5].map((index) => rows.dayRowOf(index))).toEqual([0, 0, 3, 3, undefined]);
    expect(rows.dayRows).toEqual([0, 3]);
    expect(rows.indexOf(DAY, 'recording-1')).toBe(2);
    expect(rows.at(-1)).toBeUndefined();
  });

  it('has every recording and gap exactly once, in falling order of time', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 }),
        (starts, gaps) => {
          const lines = keys(
            loaded(
              starts.toSorted((a, b) => b - a),
              gaps,
            ),
          ).slice(1);
          expect(lines.length).toBe(starts.length + gaps.length);
          expect(new Set(lines).size).toBe(lines.length);
          const times = lines.map((key) => Number(key.split('-')[1]));
          expect(times).toEqual(times.toSorted((a, b) => b - a));
          const entry = loaded(
            starts.toSorted((a, b) => b - a),
            gaps,
          );
          const rows = new RowIndex([DAY], new Map([[DAY, entry]]), () => true);
          expect(lines.map((key) => rows.indexOf(DAY, key))).toEqual(lines.map((_, index) => index + 1));
        },
      ),
    );
  });
});

describe('the active line', () => {
  const rowsOf = (entry: DayEntry, expanded = true) => new RowIndex([DAY], new Map([[DAY, entry]]), () => expanded);
  const lineAt = (entry: DayEntry, index: number) => {
    const row = rowsOf(entry).at(index);
    if (!row) throw new Error('There is no such line.');
    return activeLine(row);
  };

  it('stays with what it shows, wherever that goes', () => {
    expect(placeOf(rowsOf(loaded([50, 40, 30, 10])), lineAt(loaded([30, 10]), 1))).toBe(3);
    expect(placeOf(rowsOf(loaded([30, 10]), false), lineAt(loaded([30, 10]), 1))).toBe(0);
  });

  it('goes to what was before it when it was deleted, or to the last one', () => {
    const active = lineAt(loaded([40, 30, 10]), 2);
    expect(placeOf(rowsOf(loaded([40, 10])), active)).toBe(2);
    expect(placeOf(rowsOf(loaded([50, 40], [35])), active)).toBe(3);
    expect(placeOf(rowsOf(loaded([])), active)).toBe(0);
    expect(placeOf(new RowIndex([], new Map(), () => true), active)).toBeUndefined();
  });
});

describe('DayEntry', () => {
  it('takes a new recording at its place', () => {
    expect(keys(withRecording(loaded([30, 10]), recording(40)))[1]).toBe('recording-40');
    expect(keys(withRecording(loaded([30, 10]), recording(20)))[2]).toBe('recording-20');
    expect(keys(withRecording(loaded([30, 10]), recording(5))).at(-1)).toBe('recording-5');
  });

  it('replaces a recording that it knows', () => {
    const entry = withRecording(loaded([30, 10]), { ...recording(10), state: 'repaired' });
    expect(entry.slots.length).toBe(2);
    expect(entry.slots[1]?.state).toBe('repaired');
  });

  it('counts a recording in the totals at once, and one that it knows only once', () => {
    const before = loaded([30, 10]);
    const longer = { ...recording(10), samples: recording(10).samples + 48_000, bytes: recording(10).bytes + 96_000 };
    const grown = withRecording(before, longer).summary;
    expect(grown.recordings).toBe(before.summary.recordings);
    expect(grown.bytes).toBe(before.summary.bytes + 96_000);
    expect(grown.durationMs).toBeCloseTo(before.summary.durationMs + 48_000_000 / longer.format.sampleRate);
    expect(withRecording(before, recording(40)).summary.recordings).toBe(before.summary.recordings + 1);
  });

  it('loads anew when a recording lands between pages that are not loaded', () => {
    const entry = withPage(newEntry(summary(DAY, 4)), 0, [40, 30].map(recording), 4);
    expect(withRecording(entry, recording(15)).slots).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('forgets slots when a page shows that they have moved', () => {
    const entry = withPage(newEntry(summary(DAY, 4)), 0, [40, 30].map(recording), 4);
    const moved = withPage(entry, 2, [30, 20].map(recording), 4);
    expect(moved.slots.map((slot) => slot?.startedAt)).toEqual([undefined, undefined, 30, 20]);
    expect(withPage(entry, 0, [50, 40].map(recording), 5).slots.length).toBe(5);
  });

  it('keeps its slots when the totals change but not their number', () => {
    const entry = loaded([2, 1]);
    expect(withSummary(entry, { ...entry.summary, bytes: 7 }).slots).toBe(entry.slots);
    expect(withSummary(entry, summary(DAY, 3)).slots.length).toBe(3);
  });

  it('names the pages that are missing', () => {
    const entry = withPage(
      newEntry(summary(DAY, 250)),
      100,
      Array.from({ length: 100 }, (_, i) => recording(500 - i)),
      250,
    );
    expect(missingPages(entry, 90, 230, 100)).toEqual([0, 200]);
    expect(missingPages(entry, 120, 130, 100)).toEqual([]);
  });
});
