import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Studio } from '../../engine/studio/studio.ts';
import { controlAskSchema, type ControlTell } from '../../shared/contract/control.ts';
import { answer } from '../../shared/contract/handlers.ts';
import { SESSION_ENDED } from '../../shared/contract/socket.ts';
import type { Log } from '../../shared/ports/log.ts';
import { type Watcher, Watching } from './watching.ts';

/** Longest message of a page, bytes: ten thousand ids. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Pages at a time. */
const MOST_PAGES = 32;
/** Requests of one page that are answered at a time; more wait in its own system. */
const MOST_AT_ONCE = 32;
/** With more than this unsent, a page gets no meters; with more than that, it has to begin anew. Bytes. */
const SLOW_BYTES = 1024 * 1024;
const STUCK_BYTES = 16 * 1024 * 1024;
/** A page whose log-in has ended, or that does not answer, is found within so long, ms. */
const LOOK_MS = 15_000;
/** RFC 6455 7.4.1. */
const POLICY = 1008;
const TRY_AGAIN = 1013;
const GOING_AWAY = 1001;

export interface SocketFaceOptions {
  readonly studio: Pick<Studio, 'handlers' | 'onEvent'>;
  readonly log: Log;
}

/** The contract over WebSocket: a line of JSON for each request, answer and event. */
export class SocketFace {
  readonly #options: SocketFaceOptions;
  readonly #watching: Watching;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });

  constructor(options: SocketFaceOptions) {
    this.#options = options;
    this.#watching = new Watching(options.studio.handlers);
  }

  /** For a request that was found to be allowed; `isGood` tells whether its log-in still is. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, isGood: () => boolean): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      if (this.#server.clients.size > MOST_PAGES) page.close(TRY_AGAIN, 'Too many pages are open.');
      else this.#serve(page, isGood);
    });
  }

  async close(): Promise<void> {
    const gone = [...this.#server.clients].map(
      (page) => new Promise<void>((resolve) => page.once('close', () => resolve())),
    );
    for (const page of this.#server.clients) {
      page.close(GOING_AWAY, 'The studio ends.');
      setTimeout(() => page.terminate(), 500).unref();
    }
    await Promise.all(gone);
    this.#server.close();
  }

  #serve(page: WebSocket, isGood: () => boolean): void {
    const { studio, log } = this.#options;
    const watcher = this.#watching.join();
    const tell = (line: ControlTell): void => this.#tell(page, line);
    const unsubscribe = studio.onEvent((event, payload) => {
      if (page.bufferedAmount > SLOW_BYTES && (event === 'levels' || event === 'preview.levels')) return;
      const shown = watcher.filter(event, payload);
      if (shown !== undefined) tell({ event, payload: shown });
    });
    let answered = true;
    const timer = setInterval(() => {
      if (!isGood()) page.close(SESSION_ENDED, 'The log-in has ended.');
      else if (!answered) page.terminate();
      else {
        answered = false;
        page.ping();
      }
    }, LOOK_MS);
    page.on('pong', () => {
      answered = true;
    });
    page.on('close', () => {
      clearInterval(timer);
      unsubscribe();
      watcher.leave();
    });
    page.on('error', (error) => log.warn('A page was cut off.', { error: error.message }));
    this.#answer(page, watcher, isGood);
  }

  #answer(page: WebSocket, watcher: Watcher, isGood: () => boolean): void {
    const { log } = this.#options;
    let open = 0;
    page.on('message', (data, isBinary) => {
      const ask = isBinary ? undefined : readAsk(data.toString());
      if (!ask || !('request' in ask)) {
        page.close(POLICY, 'This is no request.');
        return;
      }
      if (!isGood()) {
        page.close(SESSION_ENDED, 'The log-in has ended.');
        return;
      }
      open += 1;
      if (open >= MOST_AT_ONCE) page.pause();
      const onBug = (error: unknown, name: string): void => log.error(`The request ${name} failed.`, { error });
      void answer(watcher.handlers, ask.request, ask.input, onBug).then((reply) => {
        open -= 1;
        if (open < MOST_AT_ONCE && page.isPaused) page.resume();
        this.#tell(page, { id: ask.id, reply: reply.ok ? { ok: true, value: reply.value } : reply });
      });
    });
  }

  #tell(page: WebSocket, line: ControlTell): void {
    if (page.readyState !== page.OPEN) return;
    if (page.bufferedAmount > STUCK_BYTES) {
      this.#options.log.warn('A page reads too slowly and has to connect anew.');
      page.terminate();
      return;
    }
    page.send(JSON.stringify(line));
  }
}

function readAsk(text: string) {
  try {
    const parsed = controlAskSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
