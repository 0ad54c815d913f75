import type { ReactElement } from 'react';
import { useEffect } from 'react';
import { Button } from '../../elements/Button.tsx';
import { amount, count } from '../../format/quantity.ts';
import { dayTitle } from '../../format/time.ts';
import { useAnalysis } from '../../stores/analysis.ts';
import { isFiltered, useFilter } from '../../stores/filter.ts';
import { useNothingRecorded } from '../../stores/library.ts';
import { markersStore } from '../../stores/markers.ts';
import { attempt } from '../../stores/notices.ts';
import { boundsOf, isOneDay, type Period } from '../../stores/period.ts';
import { reviewStore, useReview } from '../../stores/review.ts';
import { timelineStore, useTimeline } from '../../stores/timeline.ts';
import { Timeline } from '../timeline/Timeline.tsx';
import { Chips } from './Chips.tsx';
import './highlights.css';

/** What was heard in the days in view: a timeline of all sources, and the loudest sections. */
export function Highlights(): ReactElement | null {
  const shown = useReview((state) => state.shown);
  const period = useReview((state) => state.period);
  useEffect(() => {
    if (!shown) return;
    timelineStore.getState().open(period);
    const { from, to } = boundsOf(period);
    attempt(markersStore.getState().load(from, to));
  }, [shown, period]);
  const nothing = useNothingRecorded();
  if (!shown || nothing) return null;
  const title = periodTitle(period);
  return (
    <section className="highlights" aria-label="Highlights">
      <Timeline title={title} />
      <HighlightList period={period} />
    </section>
  );
}

const periodTitle = ({ fromDay, toDay }: Period): string =>
  fromDay === toDay ? dayTitle(fromDay) : `${dayTitle(fromDay)} to ${dayTitle(toDay)}`;

function HighlightList({ period }: { readonly period: Period }): ReactElement {
  const phase = useReview((state) => state.phase);
  const events = useReview((state) => state.events);
  const total = useReview((state) => state.total);
  const lanes = useTimeline((state) => state.whole?.lanes.length ?? 0);
  if (phase.name === 'error') {
    return (
      <div className="highlights-note" role="alert">
        <p className="selectable">The sections could not be listed: {phase.message}</p>
        <Button onClick={() => attempt(reviewStore.getState().load())}>Try again</Button>
      </div>
    );
  }
  if (phase.name === 'loading') {
    return (
      <div className="highlights-note highlights-wait" role="status">
        <p>The sections are being listed…</p>
      </div>
    );
  }
  if (events.length === 0) return <NoSections />;
  return (
    <div className="highlights-list">
      <Chips events={events} manySources={lanes > 1} manyDays={!isOneDay(period)}>
        {total > events.length && (
          <p className="highlights-more">
            These are the {amount(events.length)} loudest of {count(total, 'section')}.
            {events.length < MOST && (
              <Button look="quiet" onClick={() => reviewStore.getState().more()}>
                Show {amount(Math.min(total, MOST))}
              </Button>
            )}
          </p>
        )}
      </Chips>
    </div>
  );
}

/** As many can be asked for. */
const MOST = 500;

function NoSections(): ReactElement {
  const filtered = useFilter((state) => isFiltered(state.filter));
  const waiting = useAnalysis((store) => store.state?.waiting ?? 0);
  return (
    <div className="highlights-note">
      <p>
        {filtered
          ? 'No sections in what the filter shows of this time.'
          : waiting > 0
            ? 'No sections yet: not everything is analysed. They appear here as they are found.'
            : 'No sections: nothing stands out from the noise floor. What does will be listed here, the loudest first.'}
      </p>
    </div>
  );
}
