import { type KeyboardEvent, type ReactElement, useCallback, useMemo, useRef } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { classes } from '../../elements/classes.ts';
import { explanationStore } from '../../stores/explanation.ts';
import { attempt } from '../../stores/notices.ts';
import { usePlayer, playerStore } from '../../stores/player.ts';
import { useLength } from '../../stores/playerLength.ts';
import { playerMarksStore } from '../../stores/playerMarks.ts';
import { eventOf, queueOf } from '../../stores/playerQueue.ts';
import { playerViewStore, usePlayerView } from '../../stores/playerView.ts';
import { Explained } from './Explained.tsx';
import { HoverTime } from './HoverTime.tsx';
import { Minimap } from './Minimap.tsx';
import { Playhead } from './Playhead.tsx';
import { SelectionHandles } from './SelectionHandles.tsx';
import { heightOf, type Layout } from './scene.ts';
import { positionAt, useGestures } from './useGestures.ts';
import { useMarks } from './useMarks.ts';
import { usePainter } from './usePainter.ts';
import { useWidth } from './useWidth.ts';
import './waveform.css';

const SMALL = { wave: 52, levels: 0 } as const;
const FULL = { wave: 140, levels: 96 } as const;
const STEP_S = 5;
const SMALL_STEP_S = 1;
/** Page Up and Page Down move by this part of what is seen. */
const PAGE = 0.9;

/** The recording that is open: all of it, and a part of it as near as single samples. */
export function WaveformView({ recording }: { readonly recording: Recording }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const width = useWidth(slider);
  const waveform = usePlayer((state) => state.waveform);
  const full = usePlayerView((state) => state.full);
  const length = useLength(recording);
  const marks = useMarks(recording);
  const layout = useMemo((): Layout => ({ width, ...(full ? FULL : SMALL) }), [width, full]);
  usePainter(canvas, recording, length, layout, marks);
  const clicked = useCallback(
    (at: number) => {
      playerStore.getState().seekTo(at);
      attempt(explanationStore.getState().explain(recording, at));
    },
    [recording],
  );
  useGestures(slider, recording, { clicked });
  return (
    <div className={classes('waveform', full && 'waveform-full')}>
      <Minimap recording={recording} length={length} marks={marks} />
      <div className="waveform-stage">
        <div
          ref={slider}
          className="waveform-surface"
          style={{ height: heightOf(layout) }}
          role="slider"
          tabIndex={0}
          aria-label="Position"
          aria-valuemin={0}
          aria-valuemax={Math.round(length * 10) / 10}
          aria-valuenow={0}
          data-waveform={waveform.name}
          onDoubleClick={(event) => playSectionAt(positionAt(event.currentTarget, event.clientX, recording))}
          onKeyDown={(event) => onKeyDown(event, length)}
        >
          <canvas ref={canvas} className="waveform-canvas" aria-hidden />
          <Playhead slider={slider} recording={recording} />
          <HoverTime surface={slider} recording={recording} width={width} marks={marks} />
        </div>
        <Explained recording={recording} />
        <SelectionHandles surface={slider} recording={recording} length={length} />
        {waveform.name === 'loading' && <p className="waveform-note waveform-wait">Drawing the waveform…</p>}
        {waveform.name === 'missing' && <p className="waveform-note">No waveform: {waveform.message}</p>}
      </div>
    </div>
  );
}

/** Plays the section under the pointer; K and J go on to the others of the recording. */
function playSectionAt(at: number): void {
  const { sections } = playerMarksStore.getState();
  const index = sections.findIndex(({ fromSeconds, toSeconds }) => at >= fromSeconds && at < toSeconds);
  const events = sections.map(eventOf);
  const event = events[index];
  if (event) attempt(playerStore.getState().playEvent(event, queueOf(events)));
}

function onKeyDown(event: KeyboardEvent, length: number): void {
  const { seekTo, seekBy } = playerStore.getState();
  const { pan } = playerViewStore.getState();
  const step = event.shiftKey ? SMALL_STEP_S : STEP_S;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'ArrowRight' || event.key === 'ArrowUp') seekBy(step);
  else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') seekBy(-step);
  else if (event.key === 'Home') seekTo(0);
  else if (event.key === 'End') seekTo(length);
  else if (event.key === 'PageUp') pan(-PAGE);
  else if (event.key === 'PageDown') pan(PAGE);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
