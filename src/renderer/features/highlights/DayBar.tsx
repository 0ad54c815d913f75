import { CalendarDays, ChevronLeft, ChevronRight, Sparkles } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { Button, IconButton } from '../../elements/Button.tsx';
import { dayTitle, localDay } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { coverageStore } from '../../stores/coverage.ts';
import { isFiltered, useFilter } from '../../stores/filter.ts';
import { useLibrary, useNothingRecorded } from '../../stores/library.ts';
import { isOneDay, type Period } from '../../stores/period.ts';
import { reviewStore, useReview } from '../../stores/review.ts';
import { showDays } from '../../stores/showDays.ts';
import { CalendarPopover } from '../calendar/CalendarPopover.tsx';
import { DayCoverage } from '../coverage/DayCoverage.tsx';
import { FilterPopover } from '../filters/FilterPopover.tsx';
import { FoundLine } from '../filters/FoundLine.tsx';
import { shortDay } from '../timeline/ticks.ts';
import { AnalysisLine } from './AnalysisLine.tsx';
import { DetectionPopover } from './DetectionPopover.tsx';
import { ReviewLine } from './ReviewLine.tsx';
import './highlights.css';

/** Which days are in view, what is shown of them, and how far their review is. */
export function DayBar(): ReactElement | null {
  const nothing = useNothingRecorded();
  const shown = useReview((state) => state.shown);
  if (nothing) return null;
  return (
    <div className="day-bar" role="group" aria-label="Days and filters">
      <DayNavigation />
      <FilterPopover />
      <FoundLine />
      <span className="day-bar-space" />
      <Coverage />
      <AnalysisLine />
      <ReviewLine />
      <DetectionPopover />
      <Button
        look="quiet"
        aria-pressed={shown}
        className="day-bar-toggle"
        title="Highlights (D)"
        onClick={() => reviewStore.getState().toggle()}
      >
        <Sparkles size={14} aria-hidden />
        <span className="day-bar-word">Highlights</span>
      </Button>
    </div>
  );
}

function DayNavigation(): ReactElement {
  const period = useReview((state) => state.period);
  const days = useLibrary((state) => state.days);
  const older = days.find((day) => day < period.fromDay);
  const newer = days.findLast((day) => day > period.toDay);
  return (
    <div className="day-navigation">
      <IconButton
        label="Previous day with recordings"
        disabled={older === undefined}
        onClick={() => older !== undefined && showDays(older)}
      >
        <ChevronLeft size={16} aria-hidden />
      </IconButton>
      <CalendarPopover
        trigger={
          <Button look="quiet" className="day-button">
            <CalendarDays size={14} aria-hidden />
            <PeriodName period={period} />
          </Button>
        }
      />
      <IconButton
        label="Next day with recordings"
        disabled={newer === undefined}
        onClick={() => newer !== undefined && showDays(newer)}
      >
        <ChevronRight size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

/** Of a single day. */
function Coverage(): ReactElement | null {
  const period = useReview((state) => state.period);
  const filtered = useFilter((state) => isFiltered(state.filter));
  useEffect(() => {
    if (isOneDay(period)) coverageStore.getState().need(period.fromDay);
  }, [period]);
  if (!isOneDay(period) || filtered) return null;
  return (
    <span className="day-bar-coverage">
      <DayCoverage day={period.fromDay} otherwise={null} />
    </span>
  );
}

function PeriodName({ period }: { readonly period: Period }): ReactElement {
  const today = localDay(useNow());
  const year = (day: string): string => day.slice(0, 4);
  if (isOneDay(period)) {
    return (
      <span title={dayTitle(period.fromDay)}>
        {shortDay(period.fromDay)} {year(period.fromDay)}
        {period.fromDay === today && <span className="visually-hidden">, today</span>}
      </span>
    );
  }
  return (
    <span title={`${dayTitle(period.fromDay)} to ${dayTitle(period.toDay)}`}>
      {shortDay(period.fromDay)} – {shortDay(period.toDay)} {year(period.toDay)}
    </span>
  );
}
