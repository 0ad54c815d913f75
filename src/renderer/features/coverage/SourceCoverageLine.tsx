import type { ReactElement } from 'react';
import type { SourceId } from '../../../shared/units.ts';
import { localDay } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { useCoverage } from '../../stores/coverage.ts';
import { coverageLine, withoutOpening } from './coverageWords.ts';
import { useOpening } from './useOpening.ts';
import './coverage.css';

/** In the rail: how much of today a source has captured; nothing while it is all. */
export function SourceCoverageLine({ id }: { readonly id: SourceId }): ReactElement | null {
  const now = useNow();
  const today = localDay(now);
  const opening = useOpening();
  const known = useCoverage((state) => state.byDay.get(today));
  const source = known && withoutOpening(known, opening).sources.find(({ sourceId }) => sourceId === id);
  if (!source || source.missingCount === 0) return null;
  const line = coverageLine({ sources: [source] }, -new Date(now).getTimezoneOffset());
  return (
    <p className="source-coverage" data-whole="false" title={`Today: ${line}`}>
      Today {line}
    </p>
  );
}
