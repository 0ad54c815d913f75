import { useEffect } from 'react';
import { coverageStore } from '../../stores/coverage.ts';
import { dayReviewStore } from '../../stores/dayReview.ts';
import { libraryStore } from '../../stores/library.ts';
import { attempt } from '../../stores/notices.ts';
import type { RowIndex } from './rows.ts';

/** Asks for what is in view and not loaded, and for older days near the end of the list. */
export function useLoading(rows: RowIndex, first: number, last: number): void {
  useEffect(() => {
    const { need, loadOlderDays, more } = libraryStore.getState();
    const wanted = new Map<string, { from: number; to: number }>();
    const coverage = coverageStore.getState();
    for (let index = first; index <= last; index += 1) {
      const row = rows.at(index);
      if (row?.kind === 'day') {
        coverage.need(row.key);
        dayReviewStore.getState().need(row.key);
      }
      if (row?.kind === 'day' && row.expanded && !wanted.has(row.key)) wanted.set(row.key, { from: 0, to: 0 });
      if (row?.kind !== 'unloaded') continue;
      const range = wanted.get(row.day);
      const from = range && range.to > 0 ? range.from : row.slot;
      wanted.set(row.day, { from, to: row.slot + 1 });
    }
    for (const [day, { from, to }] of wanted) need(day, from, to);
    if (more && last >= rows.length - 10) attempt(loadOlderDays());
  }, [rows, first, last]);
}
