import { type IpcMainInvokeEvent, type WebContents, ipcMain } from 'electron';
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../shared/contract/bridge.ts';
import type { EventName, EventPayload } from '../shared/contract/events.ts';
import { type Handlers, type Reply, answer } from '../shared/contract/handlers.ts';
import type { Log } from '../shared/ports/log.ts';

/** Notices that wait for a page; older ones make room: a window may be closed for months. */
const MOST_WAITING = 20;

export interface IpcOptions {
  readonly handlers: Handlers;
  /** Resolves when the studio can answer; until then requests wait. */
  readonly ready: () => Promise<void>;
  /** The one page that is answered; undefined while there is no window. */
  readonly page: () => WebContents | undefined;
  /** Its origin. */
  readonly origin: string;
  readonly log: Log;
}

export interface Ipc {
  /** Sends an event to the page. A notice that comes before the page listens waits for it; other events are dropped. */
  send<Name extends EventName>(name: Name, payload: EventPayload<Name>): void;
  /** The page is loaded anew and has to ask before it hears of notices again. */
  pageChanged(): void;
}

/** Opens the contract to the window, and to nothing else: every call's sender is checked. */
export function openIpc(options: IpcOptions): Ipc {
  const { handlers, ready, page, log } = options;
  let waiting: EventPayload<'notice'>[] = [];
  let listens = false;

  const send = (name: EventName, payload: unknown): void => {
    const contents = page();
    if (contents && !contents.isDestroyed() && !contents.isCrashed()) contents.send(EVENT_CHANNEL, name, payload);
  };

  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, input: unknown): Promise<Reply> => {
    if (!isTrusted(event, options)) {
      // A last call of a window that is being closed is nothing to tell.
      if (page()) log.warn('A request from a foreign page was refused.', { from: event.senderFrame?.url });
      return { ok: false, error: { code: 'NOT_ALLOWED', message: 'This page may not ask the studio.' } };
    }
    await ready();
    // The page subscribes before it asks for the first time.
    listens = true;
    const waited = waiting;
    waiting = [];
    for (const notice of waited) send('notice', notice);
    return answer(handlers, name, input, (error, request) => log.error(`The request ${request} failed.`, { error }));
  });

  return {
    send: (name, payload) => {
      if (name !== 'notice' || listens) return send(name, payload);
      const notice = payload as EventPayload<'notice'>;
      const others = waiting.filter(({ message }) => message !== notice.message);
      waiting = [...others, notice].slice(-MOST_WAITING);
    },
    pageChanged: () => {
      listens = false;
    },
  };
}

/** The main frame of the studio's own window, showing the studio's own page. */
function isTrusted(event: IpcMainInvokeEvent, { page, origin }: IpcOptions): boolean {
  const frame = event.senderFrame;
  const contents = page();
  return (
    frame !== null &&
    contents !== undefined &&
    event.sender === contents &&
    frame === contents.mainFrame &&
    frame.parent === null &&
    frame.origin === origin
  );
}
