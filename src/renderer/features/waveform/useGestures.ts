import { type RefObject, useEffect } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { Span } from '../../format/span.ts';
import { deck } from '../../stores/playerDeck.ts';
import { lengthOf } from '../../stores/playerLength.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { selectionStore } from '../../stores/selection.ts';

/** Moved less than this it is a click, px. */
const CLICK_PX = 4;
/** How much nearer a turn of the wheel by 100 px comes. */
const WHEEL_FACTOR = 1.35;
/** Pinching on a touchpad comes as a wheel with Ctrl, in small numbers. */
const PINCH = 0.01;
/** A line and a page of a wheel that does not count pixels (DOM_DELTA_LINE, DOM_DELTA_PAGE). */
const LINE_PX = 16;
const PAGE_PX = 400;

export interface Gestures {
  /** The person clicked at a position, s. */
  clicked(at: number): void;
}

function seen(recording: Recording): Span {
  return playerViewStore.getState().span ?? { from: 0, to: lengthOf(recording) };
}

/** Position under the pointer, s, within the recording. */
export function positionAt(element: Element, clientX: number, recording: Recording): number {
  const { left, width } = element.getBoundingClientRect();
  const { from, to } = seen(recording);
  const at = from + ((clientX - left) / Math.max(1, width)) * (to - from);
  return Math.min(Math.max(0, at), lengthOf(recording));
}

function pixelsOf(event: WheelEvent, delta: number): number {
  if (event.deltaMode === WheelEvent.DOM_DELTA_LINE) return delta * LINE_PX;
  return event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? delta * PAGE_PX : delta;
}

/**
 * The pointer on the waveform: a click seeks, a drag selects, a drag with Alt or the middle button moves the picture,
 * Shift and a click moves the nearer end of the selection; the wheel zooms, and with Shift it moves.
 */
export function useGestures(surface: RefObject<HTMLElement | null>, recording: Recording, { clicked }: Gestures): void {
  useEffect(() => {
    const element = surface.current;
    if (!element) return undefined;
    const end = new AbortController();
    const listen = { signal: end.signal };

    const press = (down: PointerEvent): void => {
      if (down.button > 1 || (down.button === 1 && down.ctrlKey)) return;
      const started = positionAt(element, down.clientX, recording);
      const moving = down.altKey || down.button === 1;
      if (moving) down.preventDefault();
      const drag = new AbortController();
      const dragging = { signal: AbortSignal.any([drag.signal, end.signal]) };
      let lastX = down.clientX;
      let dragged = false;
      element.setPointerCapture(down.pointerId);
      element.addEventListener(
        'pointermove',
        (event) => {
          dragged ||= Math.abs(event.clientX - down.clientX) >= CLICK_PX;
          if (!dragged) return;
          if (moving) {
            playerViewStore.getState().pan((lastX - event.clientX) / Math.max(1, element.clientWidth));
          } else {
            selectionStore.getState().select(recording.id, started, positionAt(element, event.clientX, recording));
          }
          lastX = event.clientX;
        },
        dragging,
      );
      element.addEventListener(
        'pointerup',
        (event) => {
          drag.abort();
          if (dragged || moving) return;
          const at = positionAt(element, event.clientX, recording);
          if (event.shiftKey) extendTo(recording, at);
          else clicked(at);
        },
        dragging,
      );
      element.addEventListener('pointercancel', () => drag.abort(), dragging);
    };

    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const sideways = !event.ctrlKey && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY));
      if (sideways) {
        const by = pixelsOf(event, event.deltaX === 0 ? event.deltaY : event.deltaX);
        playerViewStore.getState().pan(by / Math.max(1, element.clientWidth));
        return;
      }
      const pixels = pixelsOf(event, event.deltaY);
      const factor = event.ctrlKey ? Math.exp(pixels * PINCH) : WHEEL_FACTOR ** (pixels / 100);
      playerViewStore.getState().zoom(factor, positionAt(element, event.clientX, recording));
    };

    element.addEventListener('pointerdown', press, listen);
    element.addEventListener('wheel', turn, { ...listen, passive: false });
    return () => end.abort();
  }, [surface, recording, clicked]);
}

/** Moves the end of the selection that is nearer; without one, selects from the playhead on. */
function extendTo(recording: Recording, at: number): void {
  const { selection, select } = selectionStore.getState();
  if (selection?.recordingId !== recording.id) {
    select(recording.id, deck.position, at);
    return;
  }
  const nearerStart = Math.abs(at - selection.from) < Math.abs(at - selection.to);
  select(recording.id, nearerStart ? selection.to : selection.from, at);
}
