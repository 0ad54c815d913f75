import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { amount } from '../../format/quantity.ts';
import { filterStore, isFiltered, useFilter } from '../../stores/filter.ts';
import { useLibrary } from '../../stores/library.ts';
import { showDays } from '../../stores/showDays.ts';
import './filters.css';

/** How many recordings the filter means, of how many. */
export function FoundLine(): ReactElement | null {
  const filtered = useFilter((state) => isFiltered(state.filter));
  const found = useLibrary((state) => state.found);
  const newest = useLibrary((state) => state.days[0]);
  const oldest = useLibrary((state) => state.days.at(-1));
  return (
    <>
      <p className={filtered ? 'found-line' : 'visually-hidden'} role="status">
        {filtered && found && `${amount(found.shown)} of ${amount(found.total)} shown`}
      </p>
      {filtered && newest !== undefined && oldest !== undefined && newest !== oldest && (
        <Button
          look="quiet"
          title="Highlights of all days that the filter shows"
          onClick={() => showDays(oldest, newest)}
        >
          All days
        </Button>
      )}
      {filtered && (
        <Button look="quiet" onClick={() => filterStore.getState().clear()}>
          <X size={14} aria-hidden />
          <span className="day-bar-word">Clear</span>
        </Button>
      )}
    </>
  );
}
