import type { Row, RowIndex } from './rows.ts';

/** The line that the keys act on. */
export interface ActiveLine {
  readonly day: string;
  readonly key: string;
  /** When what it shows began, ms since 1970 UTC; undefined for the line of a day. */
  readonly at: number | undefined;
}

export function activeLine(row: Row): ActiveLine {
  return { day: row.kind === 'day' ? row.key : row.day, key: row.key, at: beginningOf(row) };
}

/** Where the line is now. One that was deleted leaves its place to what was before it in time, else to its day. */
export function placeOf(rows: RowIndex, { day, key, at }: ActiveLine): number | undefined {
  const found = rows.indexOf(day, key);
  const top = rows.indexOf(day, day);
  if (found !== undefined || top === undefined || at === undefined) return found;
  for (let index = top + 1; ; index += 1) {
    const row = rows.at(index);
    if (!row || row.kind === 'day') return index - 1;
    const beginning = beginningOf(row);
    if (beginning !== undefined && beginning <= at) return index;
  }
}

function beginningOf(row: Row): number | undefined {
  if (row.kind === 'recording') return row.recording.startedAt;
  if (row.kind === 'gap') return row.gap.from;
  return row.kind === 'arming' ? row.arming.at : undefined;
}
