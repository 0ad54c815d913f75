import { type DragEvent, useRef } from 'react';
import { isInBrowser, readyUrl, request } from '../../bridge/bridge.ts';
import { type ExportContent, makeReady } from '../../stores/exports.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { canBeReady } from './readyWords.ts';

/** How long something is pointed at before its cut is made, ms: a person who drags has looked first. */
const HOVER_MS = 150;
/** What is longer is made once it is dragged: who wanders over a list and clicks in it must not fill the disk, s. */
const MADE_BEFORE_S = 300;
/** Who drags before the file is there is told after so long, ms. */
const PATIENCE_MS = 500;

/** What an element needs so that it can be dragged out of the window as a file. */
export interface DragOutProps {
  readonly draggable: boolean;
  onPointerEnter(): void;
  onPointerLeave(): void;
  onPointerDown(): void;
  onDragStart(event: DragEvent): void;
}

type Ready = ReturnType<typeof makeReady>;
type Cut = Awaited<Ready>;

/**
 * The cut is made while the element is pointed at, so that it is a file before the pointer leaves the window. Without
 * content, or when it is too long, nothing can be dragged. `seconds`: how long it is.
 */
export function useDragOut(content: ExportContent | undefined, seconds: number): DragOutProps {
  const hover = useRef<number | undefined>(undefined);
  const made = useRef<{ readonly key: string; readonly ready: Ready } | undefined>(undefined);
  const done = useRef<{ readonly key: string; readonly cut: Cut } | undefined>(undefined);
  const wanted = content && canBeReady(seconds) ? content : undefined;

  const make = () => {
    if (!wanted) return undefined;
    const key = JSON.stringify(wanted);
    if (made.current?.key !== key) {
      const ready = makeReady(wanted);
      made.current = { key, ready };
      ready.then(
        (cut) => (done.current = { key, cut }),
        () => undefined,
      );
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
    draggable: wanted !== undefined,
    onPointerEnter: () => {
      leave();
      if (seconds <= MADE_BEFORE_S) hover.current = window.setTimeout(make, HOVER_MS);
    },
    onPointerLeave: leave,
    onPointerDown: () => {
      leave();
      if (seconds <= MADE_BEFORE_S) make();
    },
    onDragStart: (event) => {
      if (isInBrowser() && done.current?.key === JSON.stringify(wanted)) {
        dragLink(event.dataTransfer, done.current.cut);
        return;
      }
      // The window's own drag would carry a link; the system's carries the file.
      event.preventDefault();
      const ready = make();
      if (ready) attempt(dragWhenReady(ready));
    },
  };
}

/** A browser can drag a link that becomes a file where it is dropped. */
function dragLink(transfer: DataTransfer, { token, fileName }: Cut): void {
  const url = readyUrl(token);
  transfer.effectAllowed = 'copy';
  transfer.setData('DownloadURL', `application/octet-stream:${fileName}:${url}`);
  transfer.setData('text/uri-list', url);
}

/** A drag needs the button down: who has let go by the time the file is there is asked to drag once more. */
async function dragWhenReady(ready: Ready): Promise<void> {
  const tell = (message: string): void => noticesStore.getState().show('info', message);
  let letGo = false;
  const end = new AbortController();
  window.addEventListener('pointerup', () => (letGo = true), { signal: end.signal, capture: true });
  const patience = setTimeout(() => tell('The file is being made. Keep the button down, or drag again.'), PATIENCE_MS);
  try {
    const { token, fileName } = await ready;
    if (letGo || isInBrowser()) tell(`${fileName} is ready: drag it now.`);
    else await request('desktop.startDrag', { token });
  } finally {
    clearTimeout(patience);
    end.abort();
  }
}
