import type { App } from 'electron';

/** Somebody wants something of this program from outside of its window. */
export type OpenRequest =
  /** This start, or another one while this program runs: what stood behind its name, and the folder it was started in. */
  | { readonly kind: 'start'; readonly isFirst: boolean; readonly given: readonly string[]; readonly folder: string }
  /** macOS: an address with a scheme of ours. */
  | { readonly kind: 'address'; readonly address: string }
  /** macOS: a file that was dropped on the program or opened with it. */
  | { readonly kind: 'file'; readonly path: string };

type Listener = (request: OpenRequest) => void;

/** A start with this argument opens no window where there is a tray. */
export const HIDDEN = '--hidden';
/** More than a person asks for before the program has started; what comes after them is refused. */
const MOST_WAITING = 100;

interface Start {
  readonly given: readonly string[];
  readonly folder: string;
}

/** What a second start hands to the first one: Chromium changes the order of the arguments that it hands on itself. */
export function ownStart(isPackaged: boolean): Start {
  // Before it is packaged, the first argument is the folder of the program.
  return { given: process.argv.slice(isPackaged ? 1 : 2), folder: process.cwd() };
}

/**
 * The one place where such requests come in. They come from any program of this computer, and are believed as little
 * as any input. What comes before anybody follows waits.
 */
export class OpenRequests {
  readonly #waiting: OpenRequest[];
  #listener: Listener | undefined;

  /** Listens from before the program is ready: macOS tells then what it was started for. */
  constructor(app: App) {
    this.#waiting = [{ kind: 'start', isFirst: true, ...ownStart(app.isPackaged) }];
    app.on('second-instance', (_, given, folder, told) => {
      const start = isStart(told) ? { given: told.given, folder: told.folder } : { given, folder };
      this.#heed({ kind: 'start', isFirst: false, ...start });
    });
    app.on('open-url', (event, address) => {
      event.preventDefault();
      this.#heed({ kind: 'address', address });
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#heed({ kind: 'file', path });
    });
  }

  /** Hands all requests to `listener`, those that have waited first. */
  follow(listener: Listener): void {
    this.#listener = listener;
    for (const request of this.#waiting.splice(0)) listener(request);
  }

  #heed(request: OpenRequest): void {
    if (this.#listener) this.#listener(request);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(request);
  }
}

/** Without the library that checks all else: it would have to be loaded before anything can start. */
function isStart(told: unknown): told is Start {
  if (typeof told !== 'object' || told === null || !('given' in told) || !('folder' in told)) return false;
  const { given, folder } = told;
  return Array.isArray(given) && given.every((one) => typeof one === 'string') && typeof folder === 'string';
}

/** Whether a person expects to see the window now. The first start shows it by itself, or has its reasons not to. */
export function wantsWindow(request: OpenRequest): boolean {
  return request.kind !== 'start' || (!request.isFirst && !request.given.includes(HIDDEN));
}
