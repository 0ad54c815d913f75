import { TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useCoverage } from '../../stores/coverage.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { coverageLine, withoutOpening } from './coverageWords.ts';
import { useOpening } from './useOpening.ts';
import './coverage.css';

interface DayCoverageProps {
  readonly day: string;
  /** Shown where nothing is known about armed time. */
  readonly otherwise: ReactNode;
}

/** The coverage of a day in a line; opens the whole of it. */
export function DayCoverage({ day, otherwise }: DayCoverageProps): ReactElement {
  const opening = useOpening();
  const known = useCoverage((state) => state.byDay.get(day));
  const coverage = known && withoutOpening(known, opening);
  const offset = -new Date(`${day}T12:00:00`).getTimezoneOffset();
  const line = coverage ? coverageLine(coverage, offset) : '';
  if (!coverage || line === '') return <>{coverage && coverage.sources.length > 0 ? null : otherwise}</>;
  const [percent = line] = line.split(',', 1);
  const whole = coverage.sources.every(({ missingCount }) => missingCount === 0);
  return (
    <button
      type="button"
      className="day-coverage"
      data-whole={whole}
      tabIndex={-1}
      title={`${line}: captured of the time in which sources were to record`}
      onClick={(event) => {
        event.stopPropagation();
        dialogsStore.getState().show({ name: 'coverage', day });
      }}
    >
      {!whole && <TriangleAlert size={12} aria-hidden />}
      <span className="ellipsis">
        {percent}
        <span className="day-coverage-words">{line.slice(percent.length)}</span>
      </span>
    </button>
  );
}
