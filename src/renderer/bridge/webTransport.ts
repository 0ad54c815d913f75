import type { LongtakeBridge } from '../../shared/contract/bridge.ts';
import type { EventName } from '../../shared/contract/events.ts';
import type { Reply } from '../../shared/contract/handlers.ts';
import { SESSION_ENDED, SOCKET_PATH } from '../../shared/contract/socket.ts';

/** Waits between tries to connect, ms; the last one goes on. */
const WAITS_MS = [250, 500, 1000, 2000, 5000];
/** A line on which nothing is heard for so long is asked for a sign of life, and after twice as long more it is dead, ms. */
const QUIET_MS = 20_000;

type Listener = (payload: unknown) => void;

interface Waiting {
  fulfil(reply: Reply): void;
  fail(error: Error): void;
}

/** What a page of a browser has in place of the window's preload: the contract over one WebSocket, which comes back. */
export class WebTransport implements LongtakeBridge {
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #onLine: (connected: boolean) => void;
  #socket: Promise<WebSocket> | undefined;
  #ids = 0;
  #failures = 0;
  #heardAt = 0;

  /** `onLine` hears when the line is lost, and when it is there. */
  constructor(onLine: (connected: boolean) => void) {
    this.#onLine = onLine;
  }

  async request(name: string, input: unknown): Promise<Reply> {
    const socket = await this.#connected();
    this.#ids += 1;
    const id = this.#ids;
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { fulfil: resolve, fail: reject });
      socket.send(JSON.stringify({ id, request: name, input }));
    });
  }

  on<Name extends EventName>(name: Name, listener: (payload: never) => void): () => void {
    const ofName = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, ofName);
    const entry: Listener = (payload) => listener(payload as never);
    ofName.add(entry);
    return () => void ofName.delete(entry);
  }

  #connected(): Promise<WebSocket> {
    this.#socket ??= this.#connect();
    return this.#socket;
  }

  #connect(): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const { protocol, host } = window.location;
      const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${SOCKET_PATH}`);
      let wasOpen = false;
      const watch = setInterval(() => this.#watch(socket), QUIET_MS);
      socket.addEventListener('open', () => {
        wasOpen = true;
        this.#failures = 0;
        this.#heardAt = performance.now();
        resolve(socket);
        this.#onLine(true);
      });
      socket.addEventListener('message', ({ data }) => this.#heard(String(data)));
      socket.addEventListener('close', ({ code }) => {
        this.#socket = undefined;
        const lost = new Error('The connection is lost.');
        reject(lost);
        for (const waiting of this.#waiting.values()) waiting.fail(lost);
        this.#waiting.clear();
        clearInterval(watch);
        this.#onLine(false);
        if (code === SESSION_ENDED) window.location.assign('/login');
        else void this.#again(wasOpen);
      });
    });
  }

  /** A refusal says nothing of its reason: whether somebody is still logged in is asked by HTTP. */
  async #again(wasOpen: boolean): Promise<void> {
    if (!wasOpen) {
      const answer = await fetch('/', { redirect: 'manual', cache: 'no-store' }).catch(() => undefined);
      if (answer && answer.type === 'opaqueredirect') {
        window.location.assign('/login');
        return;
      }
    }
    const wait = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)];
    this.#failures += 1;
    setTimeout(() => {
      // What fails is tried again from there.
      this.#connected().catch(() => undefined);
    }, wait);
  }

  /** A line may die without a word, as when a network cable is pulled. */
  #watch(socket: WebSocket): void {
    const quiet = performance.now() - this.#heardAt;
    if (socket.readyState !== WebSocket.OPEN || quiet < QUIET_MS) return;
    if (quiet > 3 * QUIET_MS) socket.close();
    else socket.send(JSON.stringify({ id: 0, request: 'app.info', input: {} }));
  }

  #heard(text: string): void {
    this.#heardAt = performance.now();
    // The page has this from where it has its own code.
    const line = JSON.parse(text) as { id?: number; reply?: Reply; event?: EventName; payload?: unknown };
    if (line.id !== undefined && line.reply) {
      this.#waiting.get(line.id)?.fulfil(line.reply);
      this.#waiting.delete(line.id);
    }
    if (line.event !== undefined) {
      for (const listener of this.#listeners.get(line.event) ?? []) listener(line.payload);
    }
  }
}

/** Has the browser download what is at a path; the page stays. */
export function download(path: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}
