import { type DragEvent, useRef } from 'react';
import { request } from '../../bridge/bridge.ts';
import { type ExportContent, makeReady } from '../../stores/exports.ts';
import { attempt } from '../../stores/notices.ts';

/** How long something is pointed at before its cut is made, ms: a person who drags has looked first. */
const HOVER_MS = 150;

/** What an element needs so that it can be dragged out of the window as a file. */
export interface DragOutProps {
  readonly draggable: boolean;
  onPointerEnter(): void;
  onPointerLeave(): void;
  onPointerDown(): void;
  onDragStart(event: DragEvent): void;
}

/**
 * The cut is made while the element is pointed at, so that it is a file before the pointer leaves the window. Without
 * content nothing can be dragged.
 */
export function useDragOut(content: ExportContent | undefined): DragOutProps {
  const hover = useRef<number | undefined>(undefined);
  const made = useRef<{ readonly key: string; readonly ready: ReturnType<typeof makeReady> } | undefined>(undefined);

  const make = () => {
    if (!content) return undefined;
    const key = JSON.stringify(content);
    if (made.current?.key !== key) {
      const ready = makeReady(content);
      made.current = { key, ready };
      // Who drags hears of it; a glance does not.
      ready.catch(() => {
        if (made.current?.ready === ready) made.current = undefined;
      });
    }
    return made.current?.ready;
  };
  const leave = (): void => {
    window.clearTimeout(hover.current);
  };

  return {
    draggable: content !== undefined,
    onPointerEnter: () => {
      leave();
      hover.current = window.setTimeout(make, HOVER_MS);
    },
    onPointerLeave: leave,
    onPointerDown: () => {
      leave();
      make();
    },
    onDragStart: (event) => {
      // The window's own drag would carry a link; the system's carries the file.
      event.preventDefault();
      const ready = make();
      if (ready) attempt(ready.then(({ token }) => request('desktop.startDrag', { token })));
    },
  };
}
