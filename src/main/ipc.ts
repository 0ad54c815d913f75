import { isDeepStrictEqual } from 'node:util';
import { type IpcMainInvokeEvent, type WebContents, ipcMain } from 'electron';
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../shared/contract/bridge.ts';
import type { EventName, EventPayload } from '../shared/contract/events.ts';
import { type Handlers, type Reply, answer } from '../shared/contract/handlers.ts';
import type { Log } from '../shared/ports/log.ts';

/** Events that wait for a page; older ones make room: a window may be closed for months. */
const MOST_WAITING = 20;
/** A window that is opened for the sake of these has to hear of them. */
const WAITING_EVENTS = ['notice', 'desktop.dialogWanted'] as const satisfies readonly EventName[];

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
  /**
   * Sends an event to the page. What a person has to hear of waits for the page to listen; other events are dropped
   * before it does.
   */
  send<Name extends EventName>(name: Name, payload: EventPayload<Name>): void;
  /** The page is loaded anew and has to ask before it hears of what waits. */
  pageChanged(): void;
}

/** Opens the contract to the window, and to nothing else: every call's sender is checked. */
export function openIpc(options: IpcOptions): Ipc {
  const { handlers, ready, page, log } = options;
  let waiting: { readonly name: EventName; readonly payload: unknown }[] = [];
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
    for (const one of waited) send(one.name, one.payload);
    return answer(handlers, name, input, (error, request) => log.error(`The request ${request} failed.`, { error }));
  });

  return {
    send: (name, payload) => {
      if (listens || !WAITING_EVENTS.some((event) => event === name)) return send(name, payload);
      const others = waiting.filter((other) => other.name !== name || !isDeepStrictEqual(other.payload, payload));
      waiting = [...others, { name, payload }].slice(-MOST_WAITING);
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
