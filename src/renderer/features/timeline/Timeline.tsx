import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { localDay, wallTime } from '../../format/time.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { eventOf, listen, listenAt, prepareSection } from '../../stores/listening.ts';
import { markersStore } from '../../stores/markers.ts';
import { attempt } from '../../stores/notices.ts';
import { lanesInView, timelineStore, useTimeline } from '../../stores/timeline.ts';
import { spanOf } from '../../stores/view.ts';
import { type Hit, hitAt } from './hit.ts';
import { hitWords } from './hitWords.ts';
import { AXIS_HEIGHT, LANE_HEIGHT } from './layout.ts';
import { LaneTable } from './LaneTable.tsx';
import { localOffset, shortDay } from './ticks.ts';
import { useGestures } from './useGestures.ts';
import { useExplanation } from './useExplanation.ts';
import { usePainting } from './usePainting.ts';
import './timeline.css';

const ZOOM_STEP = 0.6;
const PAN_STEP = 0.15;
const PAN_FAR = 0.8;
/** How long the pointer rests on a section before it is made ready, ms. */
const POINTED_MS = 60;
/** The present view is told this long after the last key, ms. */
const TELL_MS = 600;

/** One lane per source: audio, gaps, sections, markers and now; from a whole year down to single seconds. */
export function Timeline({ title }: { readonly title: string }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const hint = useId();
  const [hover, setHover] = useState<{ readonly hit: Hit; readonly x: number }>();
  const [told, tell] = useTelling();
  const phase = useTimeline((state) => state.phase);
  const lanes = useTimeline((state) => state.whole?.lanes);

  usePainting({ canvas, scroller });

  const hitOf = (point: { x: number; y: number }): Hit => {
    const state = timelineStore.getState();
    return hitAt(
      {
        view: state.view,
        width: canvas.current?.clientWidth ?? 1,
        lanes: lanesInView(state),
        markers: markersStore.getState().markers,
        scrollTop: scroller.current?.scrollTop ?? 0,
        now: Date.now(),
      },
      point,
    );
  };
  useGestures(canvas, {
    onClick: (point) => act(hitOf(point)),
    onPoint: (point) => setHover(point && { hit: hitOf(point), x: point.x }),
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    const { view, bounds, zoom, pan, look } = timelineStore.getState();
    const centre = (view.from + view.to) / 2;
    const step = spanOf(view) * (event.shiftKey ? PAN_FAR : PAN_STEP);
    if (event.key === '+' || event.key === '=') zoom(ZOOM_STEP, centre);
    else if (event.key === '-') zoom(1 / ZOOM_STEP, centre);
    else if (event.key === '0') look(bounds);
    else if (event.key === 'ArrowLeft') pan(-step);
    else if (event.key === 'ArrowRight') pan(step);
    else if (event.key === 'Home') pan(bounds.from - view.from);
    else if (event.key === 'End') pan(bounds.to - view.to);
    else if (event.key === 'ArrowDown') scroller.current?.scrollBy({ top: LANE_HEIGHT });
    else if (event.key === 'ArrowUp') scroller.current?.scrollBy({ top: -LANE_HEIGHT });
    else return;
    event.preventDefault();
    event.stopPropagation();
    setHover(undefined);
    tell();
  };

  const pointed = hover?.hit.kind === 'section' ? hover.hit.section.id : undefined;
  useEffect(() => {
    if (pointed === undefined) return undefined;
    const timer = setTimeout(() => attempt(prepareSection(pointed)), POINTED_MS);
    return () => clearTimeout(timer);
  }, [pointed]);

  const height = AXIS_HEIGHT + Math.max(1, lanes?.length ?? 1) * LANE_HEIGHT;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it takes keys to zoom and to pan
    <div
      className="timeline"
      role="group"
      aria-label={`Timeline, ${title}`}
      aria-describedby={hint}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it takes keys to zoom and to pan
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <p id={hint} className="visually-hidden">
        Plus and minus zoom, the arrow keys move, 0 shows all. J and K play the sections in order of time.
      </p>
      <div ref={scroller} className="timeline-scroller">
        <ul className="timeline-names" aria-hidden style={{ paddingTop: AXIS_HEIGHT }}>
          {lanes?.map(({ sourceId, sourceName }) => (
            <li key={sourceId} className="ellipsis" style={{ height: LANE_HEIGHT }} title={sourceName}>
              {sourceName}
            </li>
          ))}
        </ul>
        <div className="timeline-face" style={{ height }}>
          <canvas
            ref={canvas}
            className={classes('timeline-canvas', hover && clickable(hover.hit) && 'timeline-canvas-hit')}
            aria-hidden
          />
        </div>
      </div>
      {phase.name === 'error' && (
        <div className="timeline-problem" role="alert">
          <p className="selectable">The timeline could not be drawn: {phase.message}</p>
          <Button onClick={() => timelineStore.getState().retry()}>Try again</Button>
        </div>
      )}
      {phase.name === 'ready' && lanes?.length === 0 && (
        <p className="timeline-none">Nothing was recorded in this time.</p>
      )}
      {hover && <HoverLabel hit={hover.hit} x={hover.x} />}
      <LaneTable title={title} />
      <p className="visually-hidden" role="status">
        {told}
      </p>
    </div>
  );
}

const clickable = ({ kind }: Hit): boolean => kind !== 'nothing' && kind !== 'gap';

/** What a click does. */
function act(hit: Hit): void {
  if (hit.kind === 'section') attempt(eventOf(hit.section.id).then((event) => event && listen(event)));
  else if (hit.kind === 'extent') attempt(listenAt(hit.extent, hit.at));
  else if (hit.kind === 'marker') dialogsStore.getState().show({ name: 'marker', marker: hit.marker });
}

/** Half of what a label is wide at most, px: it stays within the timeline. */
const LABEL_HALF_PX = 150;

function HoverLabel({ hit, x }: { readonly hit: Hit; readonly x: number }): ReactElement {
  const { first, rest } = hitWords(hit);
  const explanation = useExplanation(hit);
  const width = useTimeline((state) => state.width);
  const left = Math.max(LABEL_HALF_PX, Math.min(width - LABEL_HALF_PX, x));
  return (
    <div className="timeline-hover" aria-hidden>
      <span className="timeline-hover-line" style={{ left: x }} />
      <span className="timeline-hover-label" style={{ left }}>
        <strong>{first}</strong>
        {rest !== '' && <span>{rest}</span>}
        {explanation !== '' && <span>{explanation}</span>}
      </span>
    </div>
  );
}

/** Tells assistive technology what is seen, once the keys rest. */
function useTelling(): readonly [string, () => void] {
  const [told, setTold] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const { from, to } = timelineStore.getState().view;
      const name = (at: number): string => `${shortDay(localDay(at))} ${wallTime(at, localOffset(at))}`;
      setTold(`Shows ${name(from)} to ${name(to)}.`);
    }, TELL_MS);
  };
  return [told, tell];
}
