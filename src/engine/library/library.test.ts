import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeGap, makeRecording, SOURCE_ID } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { day, recordingId, sourceId } from '../../shared/units.ts';
import { type Library, openLibrary } from './library.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 21, 12);

let folder: string;
let library: Library;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-library-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});

afterEach(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
});

describe('recordings', () => {
  test('come back as they were saved', () => {
    const recording = makeRecording({ title: 'Artist - Title', startedAt: NOON + 0.25, seam: 'gapless' });
    const coded = makeRecording({
      path: 'Radio/1.mp3',
      container: 'mp3',
      format: { codec: 'mp3', sampleRate: 44100, channels: 2, bitrate: 128_000.5 },
    });
    library.saveRecording(recording);
    library.saveRecording(coded);
    expect(library.recording(recording.id)).toEqual(recording);
    expect(library.recording(coded.id)).toEqual(coded);
    expect(library.byPath('/recordings', 'Radio/1.mp3')).toEqual(coded);
    expect(library.recording(recordingId(randomUUID()))).toBeUndefined();
  });

  test('are replaced by id', () => {
    const open = makeRecording({ state: 'recording', samples: 0, bytes: 44 });
    library.saveRecording(open);
    expect(library.unfinished()).toEqual([open]);
    const closed = { ...open, state: 'complete' as const, samples: makeRecording().samples };
    library.saveRecording(closed);
    expect(library.unfinished()).toEqual([]);
    expect(library.recordings({ day: open.day, offset: 0, limit: 10 })).toEqual({ recordings: [closed], total: 1 });
  });

  test('keep the proof of their seam and the cost of their beginning', () => {
    const made = [
      makeRecording({
        path: '1.ogg',
        connection: randomUUID(),
        firstSample: 0,
        coldStart: { frames: 4, samples: 3840 },
      }),
      makeRecording({ path: '2.ogg', seam: 'missing', connection: randomUUID(), firstSample: 9, missingSamples: 7 }),
      makeRecording({ path: '3.ogg', seam: 'unverified', coldStart: { frames: 1, samples: 576, unplayed: 576 } }),
    ];
    for (const recording of made) library.saveRecording(recording);
    expect(made.map(({ id }) => library.recording(id))).toEqual(made);
  });

  test('have one row to a file', () => {
    const guessed = makeRecording({ path: 'a.wav' });
    const known = makeRecording({ path: 'a.wav' });
    library.saveRecording(guessed);
    library.saveRecording(known);
    expect(library.recording(guessed.id)).toBeUndefined();
    expect(library.byPath('/recordings', 'a.wav')).toEqual(known);
  });

  test('are paged newest first, and those of other days are left out', () => {
    const made = Array.from({ length: 7 }, (_, index) => makeRecording({ startedAt: NOON + index * 1000 }));
    for (const recording of made) library.saveRecording(recording);
    library.saveRecording(makeRecording({ startedAt: NOON + 24 * HOUR }));
    const newestFirst = made.toReversed();
    const page = library.recordings({ day: day('2026-11-21'), offset: 2, limit: 3 });
    expect(page).toEqual({ recordings: newestFirst.slice(2, 5), total: 7 });
    expect(library.recordings({ day: day('2026-11-21'), offset: 7, limit: 3 })).toEqual({ recordings: [], total: 7 });
  });

  test('are taken out by id', () => {
    const [first, second] = [makeRecording({ path: '1.wav' }), makeRecording({ path: '2.wav' })];
    library.saveRecording(first);
    library.saveRecording(second);
    expect(library.removeRecordings([first.id, recordingId(randomUUID())])).toBe(1);
    expect(library.recordings({ day: first.day, offset: 0, limit: 10 }).recordings).toEqual([second]);
  });
});

describe('days', () => {
  test('are totals of recordings and gaps, newest first', () => {
    library.saveRecording(makeRecording({ startedAt: NOON, path: '1.wav' }));
    library.saveRecording(makeRecording({ startedAt: NOON + HOUR, path: '2.wav', samples: 240_000, bytes: 56 }));
    library.saveRecording(makeRecording({ startedAt: NOON - 48 * HOUR, path: '3.wav', format: unknownFormat }));
    library.saveGap(makeGap({ from: NOON }));
    library.saveGap(makeGap({ from: NOON + HOUR, to: undefined }));
    library.saveGap(makeGap({ from: NOON - 24 * HOUR }));
    const days = library.days({ limit: 10 });
    expect(days).toEqual([
      { day: '2026-11-21', recordings: 2, durationMs: 15_000, bytes: 1_920_100, gaps: 2, gapMs: 5000 },
      { day: '2026-11-20', recordings: 0, durationMs: 0, bytes: 0, gaps: 1, gapMs: 5000 },
      { day: '2026-11-19', recordings: 1, durationMs: 0, bytes: 1_920_044, gaps: 0, gapMs: 0 },
    ]);
    expect(library.days({ limit: 1 })).toEqual(days.slice(0, 1));
    expect(library.days({ before: day('2026-11-21'), limit: 1 })).toEqual(days.slice(1, 2));
  });
});

test('the totals of days are those of their rows, whatever was added, changed and removed', () => {
  const days = ['2026-11-19', '2026-11-20', '2026-11-21'];
  const saved: Recording[] = [];
  const pick = <Item>(items: readonly Item[], random: number): Item | undefined => items[random % items.length];
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 }), (numbers) => {
      for (const number of numbers) {
        const change = { samples: number, bytes: number * 3, day: pick(days, number) };
        const old = pick(saved, number);
        if (number % 4 === 0 && old) library.removeRecordings([old.id]);
        else if (number % 4 === 1 && old)
          library.saveRecording({ ...old, ...makeRecording({ ...change, id: old.id }) });
        else {
          const made = makeRecording({ ...change, path: `${saved.length}.wav` });
          saved.push(made);
          library.saveRecording(made);
        }
        library.saveGap(makeGap({ day: pick(days, number), to: undefined, id: pick(saved, number)?.id }));
        library.saveGap(makeGap({ day: pick(days, number + 1), from: 0, to: number, id: pick(saved, number * 7)?.id }));
      }
      expect(library.days({ limit: 10 })).toEqual(countedDays());
    }),
    { numRuns: 30 },
  );
});

/** The totals, counted from the rows by another reader. */
function countedDays(): unknown {
  const raw = new Database(join(folder, 'library.db'), { readonly: true });
  const rows = raw
    .prepare(
      `SELECT day, sum(recording) AS recordings, sum(iif(recording, us, 0)) / 1000.0 AS durationMs, sum(bytes) AS bytes,
         sum(1 - recording) AS gaps, sum(iif(recording, 0, us)) / 1000.0 AS gapMs
       FROM (SELECT day, 1 AS recording, samples * 1000000 / sample_rate AS us, bytes FROM recordings
         UNION ALL SELECT day, 0, CAST(round(coalesce(ended_at - began_at, 0) * 1000) AS INTEGER), 0 FROM gaps)
       GROUP BY day ORDER BY day DESC`,
    )
    .all();
  raw.close();
  return rows;
}

const unknownFormat = { codec: 'pcm', sampleRate: 0, channels: 1 };

describe('gaps', () => {
  test('are open until they have an end', () => {
    const open = makeGap({ to: undefined });
    library.saveGap(open);
    expect(library.openGaps()).toEqual([open]);
    const ended = { ...open, to: open.from + 1000 };
    library.saveGap(ended);
    expect(library.openGaps()).toEqual([]);
    expect(library.gaps(open.day)).toEqual([ended]);
  });

  test('without any length were none', () => {
    const opening = makeGap({ to: undefined, cause: 'starting' });
    library.saveGap(opening);
    library.saveGap({ ...opening, to: opening.from });
    expect(library.gaps(opening.day)).toEqual([]);
    expect(library.openGaps()).toEqual([]);
    expect(library.days({ limit: 9 })).toEqual([]);
  });
});

describe('sources', () => {
  test('are known by what they recorded, keep their last name, and can be removed and come back', () => {
    library.saveGap(makeGap());
    expect(library.sources()).toEqual([{ id: SOURCE_ID, name: 'Studio A', removed: false }]);
    library.saveRecording(makeRecording());
    expect(library.sources()[0]?.kind).toBe('soundcard');
    const id = sourceId(SOURCE_ID);
    library.removeSource(id);
    library.saveRecording(makeRecording({ path: 'late.wav' }));
    expect(library.sources()[0]?.removed).toBe(true);
    library.saveSource({ id, name: 'Studio B', kind: 'generator' });
    expect(library.sources()).toEqual([{ id, name: 'Studio B', kind: 'generator', removed: false }]);
  });
});

test('a row that no Longtake wrote is logged and left out; the rest of its day is there', () => {
  const recording = makeRecording();
  library.saveRecording(recording);
  library.saveRecording(makeRecording({ path: 'b.wav' }));
  const raw = new Database(join(folder, 'library.db'));
  raw.prepare("UPDATE recordings SET container = 'vinyl' WHERE path = 'b.wav'").run();
  raw.close();
  const logged: string[] = [];
  library.close();
  library = openLibrary(join(folder, 'library.db'), { ...silentLog, error: (line) => logged.push(line) }).library;
  expect(library.recordings({ day: recording.day, offset: 0, limit: 10 }).recordings).toEqual([recording]);
  expect(logged).toHaveLength(1);
});

test('what the schema forbids is refused', () => {
  expect(() => library.saveRecording({ ...makeRecording(), samples: -1 })).toThrow(/CHECK/);
  expect(() => library.saveRecording({ ...makeRecording(), samples: 0.5 })).toThrow(/REAL value in INTEGER column/);
});
