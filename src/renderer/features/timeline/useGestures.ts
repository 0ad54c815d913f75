import { type RefObject, useEffect, useEffectEvent } from 'react';
import { timelineStore } from '../../stores/timeline.ts';
import { spanOf } from '../../stores/view.ts';
import { instantAt, type Scale } from './layout.ts';

/** A wheel's notch of 100 zooms by this. */
const WHEEL = 0.0022;
/** Pinching on a touchpad comes as a wheel with Ctrl, in small numbers. */
const PINCH = 0.01;
const LINE_PX = 16;
/** What is under the pointer is looked at again so long after the last notch, ms. */
const WHEEL_REST_MS = 120;
/** A pointer that moves less than this has clicked, px. */
const DRAG_PX = 4;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Gestures {
  /** A click without a drag; px from the left and the top of the canvas. */
  onClick(point: Point): void;
  /** The pointer is here; undefined: it left, or drags. */
  onPoint(point: Point | undefined): void;
}

const scale = (canvas: HTMLElement): Scale => ({ view: timelineStore.getState().view, width: canvas.clientWidth });

/** Wheel and pinch zoom where the pointer is; a drag pans. */
export function useGestures(canvas: RefObject<HTMLCanvasElement | null>, gestures: Gestures): void {
  const onClick = useEffectEvent((point: Point) => gestures.onClick(point));
  const onPoint = useEffectEvent((point: Point | undefined) => gestures.onPoint(point));

  useEffect(() => {
    const surface = canvas.current;
    if (!surface) return undefined;
    const end = new AbortController();
    const { signal } = end;
    const fingers = new Map<number, Point>();
    let start: Point | undefined;
    let dragging = false;
    let rest: ReturnType<typeof setTimeout> | undefined;

    const place = (event: MouseEvent): Point => {
      const { left, top } = surface.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const panPixels = (pixels: number): void => {
      const { view, pan } = timelineStore.getState();
      pan((pixels / Math.max(1, surface.clientWidth)) * spanOf(view));
    };
    const zoomAt = (factor: number, x: number): void =>
      timelineStore.getState().zoom(factor, instantAt(scale(surface), x));

    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const here = place(event);
      onPoint(undefined);
      clearTimeout(rest);
      rest = setTimeout(() => onPoint(here), WHEEL_REST_MS);
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (sideways && !event.ctrlKey) panPixels((event.deltaX === 0 ? event.deltaY : event.deltaX) * unit);
      else zoomAt(Math.exp(event.deltaY * unit * (event.ctrlKey ? PINCH : WHEEL)), here.x);
    };

    const onDown = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, place(event));
      start = place(event);
      dragging = fingers.size > 1;
      surface.setPointerCapture(event.pointerId);
    };

    const onMove = (event: PointerEvent): void => {
      const here = place(event);
      const before = fingers.get(event.pointerId);
      if (!before) return onPoint(here);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, here);
      if (other) {
        const was = Math.abs(before.x - other.x);
        const is = Math.abs(here.x - other.x);
        if (was > 1 && is > 1) zoomAt(was / is, (here.x + other.x) / 2);
        return;
      }
      if (start && Math.hypot(here.x - start.x, here.y - start.y) > DRAG_PX) dragging = true;
      if (!dragging) return;
      surface.dataset['dragging'] = 'true';
      onPoint(undefined);
      panPixels(before.x - here.x);
    };

    const onUp = (event: PointerEvent): void => {
      if (!fingers.delete(event.pointerId)) return;
      delete surface.dataset['dragging'];
      if (!dragging && event.type === 'pointerup') onClick(place(event));
      start = undefined;
    };

    surface.addEventListener('wheel', onWheel, { passive: false, signal });
    surface.addEventListener('pointerdown', onDown, { signal });
    surface.addEventListener('pointermove', onMove, { signal });
    surface.addEventListener('pointerup', onUp, { signal });
    surface.addEventListener('pointercancel', onUp, { signal });
    surface.addEventListener(
      'pointerleave',
      () => {
        clearTimeout(rest);
        onPoint(undefined);
      },
      { signal },
    );
    return () => {
      clearTimeout(rest);
      end.abort();
    };
  }, [canvas]);
}
