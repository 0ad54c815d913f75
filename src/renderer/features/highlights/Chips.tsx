import { useVirtualizer } from '@tanstack/react-virtual';
import { CircleCheck, CircleX, Star } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import type { Section, SoundEvent } from '../../../shared/domain/section.ts';
import { classes } from '../../elements/classes.ts';
import { RightClickMenu } from '../../elements/Menu.tsx';
import { eventTime, eventWords, leading, scoreText, sourceNames } from '../../format/sound.ts';
import { listen } from '../../stores/listening.ts';
import { attempt } from '../../stores/notices.ts';
import { reviewStore, useReview } from '../../stores/review.ts';
import { useDragOut } from '../exports/useDragOut.ts';
import { shortDay } from '../timeline/ticks.ts';
import { eventMenu } from './eventMenu.tsx';
import { nextChip } from './nextChip.ts';
import { usePrepare } from './usePrepare.ts';

/** Height of a row of chips with what is between two rows, px. */
const ROW_HEIGHT = 30;
/** Least width of a chip with what is between two, px; with the name of a source, or the day, more. */
const CHIP_WIDTH = 128;
const NAME_WIDTH = 76;
const DAY_WIDTH = 76;
/** As in the style sheet, px. */
const PADDING = 8;

interface ChipsProps {
  readonly events: readonly SoundEvent[];
  readonly manySources: boolean;
  readonly manyDays: boolean;
  /** What stands below the last one. */
  readonly children?: ReactNode;
}

/** The loudest events. One of them is active: the arrow keys move, Enter plays, and verdicts are about it. */
export function Chips({ events, manySources, manyDays, children }: ChipsProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const current = useReview((state) => state.current?.id);
  const [menuEvent, setMenuEvent] = useState<SoundEvent>();
  const least = CHIP_WIDTH + (manySources ? NAME_WIDTH : 0) + (manyDays ? DAY_WIDTH : 0);
  const columns = useColumns(scroller, least);
  const active = events.findIndex((event) => event.id === current);

  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled or memoised around it
  const virtualizer = useVirtualizer({
    count: Math.ceil(events.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: PADDING,
    paddingEnd: PADDING - 4,
    overscan: 2,
  });

  const row = active < 0 ? undefined : Math.floor(active / columns);
  useEffect(() => {
    if (row !== undefined) virtualizer.scrollToIndex(row);
  }, [row, virtualizer]);

  // Who moves with the keys presses Enter next.
  const prepare = usePrepare();
  const chosen = events[active];
  useEffect(() => prepare(chosen), [chosen, prepare]);

  const activate = (index: number): void => {
    const event = events[index];
    if (event) reviewStore.getState().choose(event);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = nextChip(event.key, active, events.length, columns);
    if (target !== undefined) activate(target);
    else if (event.key === 'Enter' && chosen) attempt(listen(chosen));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={scroller} className="chips-scroller">
      <RightClickMenu
        items={menuEvent ? eventMenu(menuEvent) : []}
        label="Actions for the section"
        disabled={events.length === 0}
      >
        <div
          className="chips"
          role="listbox"
          aria-label="Loudest sections"
          tabIndex={0}
          style={{ height: virtualizer.getTotalSize() }}
          {...(active < 0 ? {} : { 'aria-activedescendant': `${id}-${active}` })}
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            // Who clicks chooses by the click: a list that moves between press and release would take it away.
            if (active < 0 && event.currentTarget.matches(':focus-visible')) activate(0);
          }}
          onContextMenuCapture={(event) => {
            const chip = event.target instanceof Element ? event.target.closest('[data-chip]') : null;
            const index = chip ? Number(chip.getAttribute('data-chip')) : active;
            // The menu is opened by the same event: it must know by then what it is about.
            flushSync(() => setMenuEvent(events[index]));
            activate(index);
          }}
        >
          {virtualizer.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              role="presentation"
              className="chip-row"
              style={{ transform: `translateY(${start}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {events.slice(index * columns, (index + 1) * columns).map((event, column) => {
                const place = index * columns + column;
                return (
                  <Chip
                    key={event.id}
                    id={`${id}-${place}`}
                    event={event}
                    place={place}
                    count={events.length}
                    active={place === active}
                    names={manySources}
                    day={manyDays}
                    onPoint={prepare}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </RightClickMenu>
      {children}
    </div>
  );
}

interface ChipProps {
  readonly id: string;
  readonly event: SoundEvent;
  readonly place: number;
  readonly count: number;
  readonly active: boolean;
  readonly names: boolean;
  readonly day: boolean;
  /** The pointer is on it; undefined: it left. */
  onPoint(event: SoundEvent | undefined): void;
}

function Chip({ id, event, place, count, active, names, day, onPoint }: ChipProps): ReactElement {
  const sources = sourceNames(event);
  const words = eventWords(event);
  const drag = useDragOut(
    useMemo(() => ({ kind: 'sections', ids: [leading(event).id] }), [event]),
    secondsOf(leading(event)),
  );
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list has focus and takes the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-setsize={count}
      aria-posinset={place + 1}
      aria-label={words}
      title={words}
      data-chip={place}
      className={classes('chip', active && 'chip-active', event.verdict === 'discard' && 'chip-discarded')}
      // Focus goes to the list and not to the chip, which is still free to be dragged.
      onFocus={(focus) => focus.currentTarget.closest<HTMLElement>('[role="listbox"]')?.focus({ preventScroll: true })}
      onClick={() => attempt(listen(event))}
      {...drag}
      onPointerEnter={() => {
        onPoint(event);
        drag.onPointerEnter();
      }}
      onPointerLeave={() => {
        onPoint(undefined);
        drag.onPointerLeave();
      }}
    >
      {day && <span className="chip-day">{shortDay(leading(event).day)}</span>}
      <span className="chip-time">{eventTime(event)}</span>
      <span className="chip-score">{scoreText(event.score)}</span>
      {names && (
        <span className="chip-sources ellipsis">
          {sources[0]}
          {sources.length > 1 && ` +${sources.length - 1}`}
        </span>
      )}
      <VerdictMark verdict={event.verdict} />
    </div>
  );
}

function VerdictMark({ verdict }: Pick<SoundEvent, 'verdict'>): ReactElement | null {
  switch (verdict) {
    case 'star':
      return <Star size={12} className="chip-mark chip-star" aria-hidden />;
    case 'keep':
      return <CircleCheck size={12} className="chip-mark" aria-hidden />;
    case 'discard':
      return <CircleX size={12} className="chip-mark" aria-hidden />;
    case undefined:
      return null;
  }
}

const secondsOf = ({ fromSeconds, toSeconds }: Section): number => toSeconds - fromSeconds;

/** As many as fit. */
function useColumns(element: { readonly current: HTMLElement | null }, least: number): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return Math.max(1, Math.floor((width - 2 * PADDING) / least));
}
