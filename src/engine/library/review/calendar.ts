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

type Others = { gapMs: number; markers: number };

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
    const others = this.#others(fromDay, toDay, wanted);
    const names = new Set(others.keys());
    for (const name of this.#index.days) if (name >= fromDay && name <= toDay) names.add(name);
    const days: CalendarDay[] = [];
    const pace = new Pace();
    for (const name of [...names].sort()) {
      const { recordings, durationMs, sections, topScore } = this.#index.totals(name, wanted);
      const { gapMs, markers } = others.get(name) ?? { gapMs: 0, markers: 0 };
      if (recordings > 0 || others.has(name)) {
        days.push({ day: day(name), recordings, durationMs, sections, topScore, gapMs, markers });
      }
      if (pace.isOver()) await pace.rest();
    }
    return days;
  }

  /** What else there is on days, beside recordings. */
  #others(fromDay: Day, toDay: Day, wanted: ReadonlySet<string> | undefined): ReadonlyMap<string, Others> {
    const found = new Map<string, Others>();
    const of = (name: string): Others => {
      const others = found.get(name) ?? { gapMs: 0, markers: 0 };
      found.set(name, others);
      return others;
    };
    const gaps = wanted
      ? [...wanted].flatMap((id) => attempt(() => this.#sql.gapsOf.all(id, fromDay, toDay)))
      : attempt(() => this.#sql.gaps.all(fromDay, toDay));
    for (const row of gaps) of(row.day).gapMs += row.gapMs;
    for (const row of attempt(() => this.#sql.markers.all(fromDay, toDay))) {
      if (row.sourceId === null || wanted?.has(row.sourceId) !== false) of(row.day).markers += row.markers;
    }
    return found;
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
