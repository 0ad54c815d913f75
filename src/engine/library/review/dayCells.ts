import type { Entry } from './entry.ts';

/** Totals of recordings. */
export interface DayTotals {
  recordings: number;
  durationMs: number;
  sections: number;
  reviewed: number;
  topScore: number;
}

/** The recordings of one source on one day. */
interface Cell {
  readonly entries: Set<Entry>;
  /** Undefined when a recording changed since. */
  totals: Readonly<DayTotals> | undefined;
}

export const noTotals = (): DayTotals => ({ recordings: 0, durationMs: 0, sections: 0, reviewed: 0, topScore: 0 });

/** Totals of days, by source: after a change only those of its day and source are added up again. */
export class DayCells {
  readonly #days = new Map<string, Map<string, Cell>>();

  /** Days that have had a recording. */
  get days(): Iterable<string> {
    return this.#days.keys();
  }

  add(entry: Entry): void {
    const day = this.#days.get(entry.day) ?? new Map<string, Cell>();
    this.#days.set(entry.day, day);
    const cell = day.get(entry.sourceId) ?? { entries: new Set(), totals: undefined };
    day.set(entry.sourceId, cell);
    cell.entries.add(entry);
    cell.totals = undefined;
  }

  /** The entry is as it was when it was added. */
  remove(entry: Entry): void {
    const cell = this.#days.get(entry.day)?.get(entry.sourceId);
    if (!cell) return;
    cell.entries.delete(entry);
    cell.totals = undefined;
  }

  clear(): void {
    this.#days.clear();
  }

  /** Totals of a day; `sources`: of these alone. */
  totals(day: string, sources?: ReadonlySet<string>): Readonly<DayTotals> {
    const sum = noTotals();
    for (const [sourceId, cell] of this.#days.get(day) ?? []) {
      if (sources?.has(sourceId) === false) continue;
      cell.totals ??= totalsOf(cell.entries);
      addTo(sum, cell.totals);
    }
    return sum;
  }
}

function totalsOf(entries: Iterable<Entry>): DayTotals {
  const sum = noTotals();
  for (const { durationMs, sections, reviewed, topScore } of entries) {
    addTo(sum, { recordings: 1, durationMs, sections, reviewed, topScore });
  }
  return sum;
}

function addTo(sum: DayTotals, part: Readonly<DayTotals>): void {
  sum.recordings += part.recordings;
  sum.durationMs += part.durationMs;
  sum.sections += part.sections;
  sum.reviewed += part.reviewed;
  sum.topScore = Math.max(sum.topScore, part.topScore);
}
