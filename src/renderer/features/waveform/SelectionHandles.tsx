import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useRef } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { exactTime } from '../../format/exactTime.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { type Selection, selectionStore, useSelection } from '../../stores/selection.ts';
import { viewOf } from './usePainter.ts';
import { positionAt } from './useGestures.ts';

interface HandlesProps {
  readonly surface: RefObject<HTMLElement | null>;
  readonly recording: Recording;
  readonly length: number;
}

/** Both ends of the selection, to be dragged or moved by the arrow keys. */
export function SelectionHandles({ surface, recording, length }: HandlesProps): ReactElement | null {
  const selection = useSelection(({ selection: all }) => (all?.recordingId === recording.id ? all : undefined));
  if (!selection) return null;
  return (
    <>
      {(['from', 'to'] as const).map((end) => (
        <Handle key={end} end={end} {...{ surface, recording, length, selection }} />
      ))}
    </>
  );
}

interface HandleProps extends HandlesProps {
  readonly selection: Selection;
  readonly end: 'from' | 'to';
}

/** A hundredth of what is seen; with Shift a thousandth. */
const STEP = 0.01;
const FINE_STEP = 0.001;

function Handle({ surface, recording, length, selection, end }: HandleProps): ReactElement {
  const handle = useRef<HTMLDivElement>(null);
  const at = selection[end];

  useEffect(() => {
    const place = (): void => {
      const element = handle.current;
      if (!element) return;
      const { from, to } = viewOf(playerViewStore.getState().span, length);
      const part = (at - from) / Math.max(1e-9, to - from);
      element.style.left = `${part * 100}%`;
      element.hidden = part < 0 || part > 1;
    };
    place();
    return playerViewStore.subscribe(place);
  }, [at, length]);

  const moveTo = (position: number): void => {
    const within = Math.min(Math.max(0, position), length);
    const other = selectionStore.getState().selection?.[end === 'from' ? 'to' : 'from'] ?? within;
    // It stops at the other end instead of changing places with it.
    if (end === 'from' ? within < other : within > other) {
      selectionStore.getState().select(recording.id, within, other);
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const { from, to } = viewOf(playerViewStore.getState().span, length);
    const step = (to - from) * (event.shiftKey ? FINE_STEP : STEP);
    if (event.key === 'ArrowLeft') moveTo(at - step);
    else if (event.key === 'ArrowRight') moveTo(at + step);
    else if (event.key === 'Escape') selectionStore.getState().clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={handle}
      className="waveform-handle"
      data-end={end}
      role="slider"
      tabIndex={0}
      aria-label={end === 'from' ? 'Start of the selection' : 'End of the selection'}
      aria-valuemin={0}
      aria-valuemax={length}
      aria-valuenow={at}
      aria-valuetext={exactTime(at)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const element = surface.current;
        if (!element || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        moveTo(positionAt(element, event.clientX, recording));
      }}
    />
  );
}
