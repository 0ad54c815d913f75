import { type Day, day, type SourceId } from '../../../shared/units.ts';
import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { Pace } from './pace.ts';
import type { RecordingIndex } from './recordingIndex.ts';

export interface CalendarDay {
  readonly day: Day;
  readonly recordings: number;
  readonly durationMs: number;
  readonly gapMs: number;
  readonly sections: number;
  readonly topScore: number;
  readonly markers: number;
}

type Totals = { -readonly [Key in keyof Omit<CalendarDay, 'day'>]: CalendarDay[Key] };

const STEP = 512;

/** Totals of days for a heat map. */
export class Calendar {
  readonly #index: RecordingIndex;
  readonly #sql: ReturnType<typeof statements>;

  constructor(connection: Connection, index: RecordingIndex) {
    this.#index = index;
    this.#sql = statements(connection);
  }

  /** The index must be up to date. Both days inclusive; days without anything are left out. */
  async days(fromDay: Day, toDay: Day, sourceIds?: readonly SourceId[]): Promise<readonly CalendarDay[]> {
    const wanted = sourceIds && new Set<string>(sourceIds);
    const found = new Map<string, Totals>();
    const of = (name: string): Totals => {
      const known = found.get(name);
      if (known) return known;
      const totals = { recordings: 0, durationMs: 0, gapMs: 0, sections: 0, topScore: 0, markers: 0 };
      found.set(name, totals);
      return totals;
    };
    const pace = new Pace();
    const { order } = this.#index;
    for (let at = 0; at < order.length; at += 1) {
      if (at % STEP === 0 && pace.isOver()) await pace.rest();
      const entry = order[at];
      if (!entry?.isPresent || entry.day < fromDay || entry.day > toDay || wanted?.has(entry.sourceId) === false) {
        continue;
      }
      const totals = of(entry.day);
      totals.recordings += 1;
      totals.durationMs += entry.durationMs;
      totals.sections += entry.sections;
      totals.topScore = Math.max(totals.topScore, entry.topScore);
    }
    if (wanted) {
      for (const id of wanted) {
        for (const row of attempt(() => this.#sql.gapsOf.all(id, fromDay, toDay))) of(row.day).gapMs += row.gapMs;
      }
    } else for (const row of attempt(() => this.#sql.gaps.all(fromDay, toDay))) of(row.day).gapMs += row.gapMs;
    for (const row of attempt(() => this.#sql.markers.all(fromDay, toDay))) {
      if (row.sourceId === null || wanted?.has(row.sourceId) !== false) of(row.day).markers += row.markers;
    }
    const days = [...found].map(([name, totals]) => ({ day: day(name), ...totals }));
    return days.sort((a, b) => (a.day < b.day ? -1 : 1));
  }
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    gaps: query<[string, string], { day: string; gapMs: number }>(
      'SELECT day, gap_us / 1000.0 AS gapMs FROM days WHERE day >= ? AND day <= ? AND gaps > 0',
    ),
    gapsOf: query<[string, string, string], { day: string; gapMs: number }>(`
      SELECT day, sum(duration_us) / 1000.0 AS gapMs FROM gaps
      WHERE source_id = ? AND day >= ? AND day <= ? GROUP BY day`),
    markers: query<[string, string], { day: string; sourceId: string | null; markers: number }>(`
      SELECT day, source_id AS sourceId, count(*) AS markers FROM markers
      WHERE removed = 0 AND day >= ? AND day <= ? GROUP BY day, source_id`),
  };
}
