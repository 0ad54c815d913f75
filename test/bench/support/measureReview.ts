import { rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { type Library, openLibrary } from '../../../src/engine/library/library.ts';
import type { LibraryFilter } from '../../../src/shared/domain/filter.ts';
import { type Day, day, sourceId } from '../../../src/shared/units.ts';
import { silentLog } from '../../support/silentLog.ts';
import { bothFigures, measureAsync, type Times } from './figures.ts';

const noTimes = (): Times => ({ wall: [], cpu: [] });

const CALLS = 60;
const STARTS = 9;
const SCANS = 3;
const PAGE = 100;
const DAY_MS = 86_400_000;
const sourceNumber = (source: number) => sourceId(`6f7b6e3e-7e0f-4d3f-8a50-${String(source).padStart(12, '0')}`);

/**
 * From opening the library to the days, the first page of the newest one and its totals of sections: after it was closed
 * well, or after a kill, when it is looked through (in the studio by a process of its own).
 */
export async function measureStart(path: string, ending: 'well' | 'killed') {
  const toUsableList = noTimes();
  const open = noTimes();
  for (let round = 0; round < STARTS; round += 1) {
    if (ending === 'killed') await rm(`${path}-closed`, { force: true });
    let library: Library | undefined;
    await measureAsync(toUsableList, async () => {
      await measureAsync(open, () => {
        library = openLibrary(path, silentLog).library;
      });
      const days = library?.days({ limit: 60 }).map((summary) => summary.day) ?? [];
      library?.recordings({ day: days[0] ?? day(''), offset: 0, limit: PAGE });
      await library?.review.totals(days);
    });
    library?.close();
  }
  return { toUsableList: bothFigures(toUsableList), open: bothFigures(open) };
}

/**
 * Every question another time with another day, word or place, so that no answer is one that was kept; and the same
 * questions to the tables, answered by looking at every row.
 */
export async function measureReview(library: Library, path: string, days: readonly Day[]) {
  const { review } = library;
  const cold = noTimes();
  await measureAsync(cold, () => review.highlights({}, 50));
  const dayOf = (call: number): Day => days[(call * 37) % days.length] ?? day('');
  const range = (call: number, length: number): LibraryFilter => {
    const toDay = dayOf(call);
    return { fromDay: day(new Date(Date.parse(toDay) - (length - 1) * DAY_MS).toISOString().slice(0, 10)), toDay };
  };
  let marks = 0;
  /** Something was said, so that no kept answer holds. */
  const touch = (): void => {
    const [first] = library.recordings({ day: dayOf(marks), offset: 0, limit: 1 }).recordings;
    if (first) library.saveRecording({ ...first, bytes: first.bytes + (marks += 1) });
  };
  const at = (call: number): number => Date.parse(dayOf(call)) + call * 1_234_567;
  const questions: Record<string, (call: number) => Promise<unknown>> = {
    highlightsOfDay: (call) => review.highlights(range(call, 1), 50),
    highlightsOfWeek: (call) => review.highlights(range(call, 7), 50),
    highlightsOfAll: () => review.highlights({}, 50),
    highlightsOfFilter: (call) =>
      review.highlights({ sourceIds: [sourceNumber(call % 20), sourceNumber((call + 7) % 20)], hasSections: true }, 50),
    stepInDay: (call) =>
      review.step(range(call, 1), { at: Date.parse(dayOf(call)) + 3e7, direction: 'next', unreviewed: call % 2 === 0 }),
    stepInAll: (call) => review.step({}, { at: at(call), direction: 'previous', unreviewed: call % 2 === 0 }),
    filterByName: (call) => review.find({ text: `source ${call % 20} wav` }, call, PAGE),
    filterByTitle: (call) => review.find({ text: `artist ${(call * 31) % 5000} song` }, 0, PAGE),
    filterByAll: (call) =>
      review.find({ ...range(call, 90), hasSections: true, longerThanSeconds: 60, withGaps: call % 2 === 0 }, 0, PAGE),
    daysOfFilter: (call) => review.findDays({ sourceIds: [sourceNumber(call % 20)], withGaps: true }),
    timelineOfDay: (call) => {
      const from = Date.parse(dayOf(call));
      return review.lanes({ from, to: from + DAY_MS, filter: undefined, resolutionMs: DAY_MS / 1200, now: from });
    },
    calendarOfYear: () => review.calendar(day('2026-01-01'), day('2026-12-31')),
  };
  const times: Record<string, ReturnType<typeof bothFigures>> = {};
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const longestTurn: Record<string, number> = {};
  for (const [name, ask] of Object.entries(questions)) {
    const measured = noTimes();
    delay.reset();
    delay.enable();
    for (let call = 0; call < CALLS; call += 1) {
      touch();
      await nextTurn();
      await measureAsync(measured, () => ask(call));
    }
    delay.disable();
    longestTurn[name] = Math.round(delay.max / 1e4) / 100;
    times[name] = bothFigures(measured);
  }
  return { unit: 'ms', firstOfAll: bothFigures(cold), times, longestTurn, fullScan: await scan(path, dayOf) };
}

/** The same from the tables, without their indexes. */
async function scan(path: string, dayOf: (call: number) => Day) {
  const raw = new Database(path, { readonly: true });
  const joined = `FROM recordings NOT INDEXED JOIN detections ON detections.recording_id = recordings.id
    JOIN sections ON sections.detection = detections.number`;
  const scans: Record<string, (call: number) => unknown> = {
    highlightsOfDay: (call) =>
      raw.prepare(`SELECT * ${joined} WHERE day = ? ORDER BY score DESC LIMIT 50`).all(dayOf(call)),
    highlightsOfAll: () => raw.prepare(`SELECT * ${joined} ORDER BY score DESC LIMIT 50`).all(),
    stepInAll: (call) =>
      raw
        .prepare(`SELECT max(started_at + first * 100), count(*) ${joined} WHERE started_at + first * 100 < ?`)
        .all(Date.parse(dayOf(call))),
    filterByName: (call) =>
      raw
        .prepare(
          `SELECT * FROM recordings NOT INDEXED WHERE lower(source_name || path) LIKE ? ORDER BY started_at DESC`,
        )
        .all(`%source ${call}%`),
    calendarOfYear: () =>
      raw.prepare(`SELECT day, count(*), max(score), sum(duration_us) ${joined} GROUP BY day`).all(),
  };
  const found: Record<string, ReturnType<typeof bothFigures>> = {};
  for (const [name, ask] of Object.entries(scans)) {
    const measured = noTimes();
    for (let call = 0; call < SCANS; call += 1) await measureAsync(measured, () => ask(call));
    found[name] = bothFigures(measured);
  }
  raw.close();
  return found;
}
