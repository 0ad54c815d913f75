import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { day as asDay } from '../../../shared/units.ts';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { count } from '../../format/quantity.ts';
import { dayTitle, localDay, spokenDuration } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { useFilter } from '../../stores/filter.ts';
import { sentence } from '../../stores/notices.ts';
import { useReview } from '../../stores/review.ts';
import { showDays } from '../../stores/showDays.ts';
import { heat, inMonth, monthOf, monthTitle, nextDay, shiftMonth, weeksOf } from './month.ts';
import './calendar.css';

type DayFacts = RequestOutput<'library.calendar'>[number];

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** A month of days: the warmer, the more was heard; the bar below tells how much of the time is there. */
export function Calendar({ onDone }: { onDone(): void }): ReactElement {
  const period = useReview((state) => state.period);
  const [focused, setFocused] = useState<string>(period.toDay);
  const month = monthOf(focused);
  const { facts, problem } = useMonth(month);
  const table = useRef<HTMLTableElement>(null);
  const moved = useRef(true);
  const today = localDay(useNow());
  const most = Math.max(0, ...[...facts.values()].map(({ sections }) => sections));

  useEffect(() => {
    // Only where a key led; the buttons of months keep the focus.
    if (moved.current) table.current?.querySelector<HTMLElement>(`[data-day="${focused}"]`)?.focus();
    moved.current = false;
  }, [focused]);

  const go = (months: number): void => setFocused(inMonth(focused, shiftMonth(month, months)));

  const choose = (day: string, extend: boolean): void => {
    onDone();
    showDays(day, extend ? (day < period.fromDay ? period.toDay : period.fromDay) : day);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = nextDay(event.key, focused);
    if (next === undefined) return;
    moved.current = true;
    setFocused(next);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div className="calendar-head">
        <IconButton label="Previous year" onClick={() => go(-12)}>
          <span aria-hidden>«</span>
        </IconButton>
        <IconButton label="Previous month" onClick={() => go(-1)}>
          <ChevronLeft size={16} aria-hidden />
        </IconButton>
        <h2 className="calendar-title" aria-live="polite">
          {monthTitle(month)}
        </h2>
        <IconButton label="Next month" onClick={() => go(1)}>
          <ChevronRight size={16} aria-hidden />
        </IconButton>
        <IconButton label="Next year" onClick={() => go(12)}>
          <span aria-hidden>»</span>
        </IconButton>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- moves focus between its buttons */}
      <table ref={table} className="calendar-table" aria-label={monthTitle(month)} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {WEEKDAYS.map((name) => (
              <th key={name} scope="col" abbr={name}>
                {name.slice(0, 2)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week, index) => (
            <tr key={`${month}/${index}`}>
              {week.map((day, weekday) =>
                day === undefined ? (
                  <td key={weekday}>{'\u00a0'}</td>
                ) : (
                  <DayCell
                    key={day}
                    day={day}
                    facts={facts.get(day)}
                    warmth={heat(facts.get(day)?.sections ?? 0, most)}
                    isToday={day === today}
                    isChosen={day >= period.fromDay && day <= period.toDay}
                    isFocused={day === focused}
                    onChoose={(extend) => choose(day, extend)}
                  />
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {problem !== '' && (
        <p className="calendar-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="calendar-foot">
        <Legend />
        <Button onClick={() => choose(today, false)}>Today</Button>
      </div>
      <p className="calendar-hint">Shift with a click or Enter takes all days up to that one.</p>
    </>
  );
}

interface DayCellProps {
  readonly day: string;
  readonly facts: DayFacts | undefined;
  readonly warmth: number;
  readonly isToday: boolean;
  readonly isChosen: boolean;
  readonly isFocused: boolean;
  onChoose(extend: boolean): void;
}

function DayCell({ day, facts, warmth, isToday, isChosen, isFocused, onChoose }: DayCellProps): ReactElement {
  const words = [dayTitle(day), ...factWords(facts)].join(', ');
  const covered = facts ? facts.durationMs / Math.max(1, facts.durationMs + facts.gapMs) : 0;
  return (
    <td>
      <button
        type="button"
        className={classes('calendar-day', isToday && 'calendar-today', !facts && 'calendar-empty')}
        data-day={day}
        data-heat={warmth}
        aria-pressed={isChosen}
        {...(isToday ? { 'aria-current': 'date' as const } : {})}
        tabIndex={isFocused ? 0 : -1}
        aria-label={words}
        title={words}
        onClick={(event) => onChoose(event.shiftKey)}
      >
        {Number(day.slice(8))}
        {facts && (
          <span className="calendar-coverage" aria-hidden>
            <span style={{ width: `${covered * 100}%` }} />
          </span>
        )}
      </button>
    </td>
  );
}

function factWords(facts: DayFacts | undefined): string[] {
  if (!facts) return ['nothing recorded'];
  const { recordings, durationMs, gapMs, sections, markers } = facts;
  return [
    count(recordings, 'recording'),
    count(sections, 'section'),
    `${spokenDuration(durationMs)} of audio`,
    ...(gapMs > 0 ? [`${spokenDuration(gapMs)} of gaps`] : []),
    ...(markers > 0 ? [count(markers, 'marker')] : []),
  ];
}

function Legend(): ReactElement {
  return (
    <p className="calendar-legend">
      Sections: few
      {[1, 2, 3, 4].map((warmth) => (
        <span key={warmth} className="calendar-swatch" data-heat={warmth} aria-hidden />
      ))}
      many
    </p>
  );
}

/** What is known of the days of a month. */
function useMonth(month: string): { readonly facts: ReadonlyMap<string, DayFacts>; readonly problem: string } {
  const [facts, setFacts] = useState<ReadonlyMap<string, DayFacts>>(new Map());
  const [problem, setProblem] = useState('');
  const sourceIds = useFilter((state) => state.filter.sourceIds);
  useEffect(() => {
    let late = false;
    const days = weeksOf(month)
      .flat()
      .filter((day) => day !== undefined);
    const [fromDay = `${month}-01`] = days;
    request('library.calendar', {
      fromDay: asDay(fromDay),
      toDay: asDay(days.at(-1) ?? fromDay),
      ...(sourceIds ? { sourceIds } : {}),
    }).then(
      (found) => {
        if (late) return;
        setFacts(new Map(found.map((one) => [one.day, one])));
        setProblem('');
      },
      (error: unknown) => !late && setProblem(sentence(error)),
    );
    return () => {
      late = true;
    };
  }, [month, sourceIds]);
  return { facts, problem };
}
