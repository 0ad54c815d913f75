import { fromWireError, type LongtakeError, type WireError } from '../../shared/errors.ts';
import type { Log, LogLine } from '../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost, ProcessRole } from '../../shared/ports/processHost.ts';

/** With nothing asked for this long the process ends; one costs some 60 MB. */
const IDLE_MS = 60_000;

/** What every worker says, besides answers and news of its own. */
export type WorkerSaid =
  | { readonly type: 'error'; readonly callId: number; readonly error: WireError }
  | ({ readonly type: 'log' } & LogLine);

interface Kind {
  readonly type: string;
}

export interface WorkerOptions<Event extends Kind> {
  readonly processHost: ProcessHost;
  readonly role: ProcessRole;
  readonly log: Log;
  /** What a call rejects with when the process ends under it. */
  readonly lost: () => LongtakeError;
  /** True: the event was no answer to a call, and is dealt with. */
  readonly onNews: (event: Event) => boolean;
  /** Besides calls, something that the process must live for. */
  readonly isWanted?: () => boolean;
  /** The process ended by itself. */
  readonly onLost?: () => void;
}

interface Call<Event> {
  readonly resolve: (event: Event) => void;
  readonly reject: (error: LongtakeError) => void;
}

/** Keeps a child process for as long as it has calls to answer, and a minute longer. */
export class WorkerProcess<Command extends Kind, Event extends Kind> {
  readonly #options: WorkerOptions<Event>;
  readonly #calls = new Map<number, Call<Event>>();
  #child: ChildHandle | undefined;
  #idle: NodeJS.Timeout | undefined;
  #callId = 0;

  constructor(options: WorkerOptions<Event>) {
    this.#options = options;
  }

  /** The answer. Rejects with what the worker says is wrong, and with `lost` when it ends. */
  async call(command: (callId: number) => Command): Promise<Event> {
    const callId = (this.#callId += 1);
    try {
      return await new Promise<Event>((resolve, reject) => {
        this.#calls.set(callId, { resolve, reject });
        this.send(command(callId));
      });
    } finally {
      this.#calls.delete(callId);
      this.restWhenIdle();
    }
  }

  /** Like {@link call}; `cancel` is sent when `signal` says so, and the worker answers it by an error. */
  async cancellable(
    signal: AbortSignal,
    command: (callId: number) => Command,
    cancel: (callId: number) => Command,
  ): Promise<Event> {
    let id = 0;
    const onAbort = (): void => this.tell(cancel(id));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.call((callId) => command((id = callId)));
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Starts the process for it where none runs. */
  send(command: Command): void {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    this.#child.send(command);
  }

  /** Only what a process that runs has to know. */
  tell(command: Command): void {
    this.#child?.send(command);
  }

  restWhenIdle(): void {
    clearTimeout(this.#idle);
    if (!this.#child || this.#calls.size > 0 || this.#options.isWanted?.()) return;
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
    this.#idle.unref();
  }

  stop(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
    this.#failCalls();
  }

  #start(): ChildHandle {
    const { processHost, role, log, onLost } = this.#options;
    const child = processHost.start(role);
    child.onOutput((stream, line) => log.debug(`${role} ${stream}: ${line}`));
    child.onMessage((message) => {
      // The worker is a part of this program: its messages are what they are declared to be.
      if (this.#child === child) this.#onEvent(message as Event | WorkerSaid);
    });
    child.onExit(({ code }) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      log.error(`The ${role} ended unexpectedly.`, { code });
      this.#failCalls();
      onLost?.();
    });
    return child;
  }

  #onEvent(event: Event | WorkerSaid): void {
    if (isSaid(event)) {
      if (event.type === 'log') this.#options.log[event.level](event.message, event.data);
      else this.#calls.get(event.callId)?.reject(fromWireError(event.error));
    } else if (!this.#options.onNews(event) && hasCallId(event)) {
      this.#calls.get(event.callId)?.resolve(event);
    }
  }

  #failCalls(): void {
    for (const { reject } of this.#calls.values()) reject(this.#options.lost());
    this.#calls.clear();
  }
}

const isSaid = (event: Kind): event is WorkerSaid => event.type === 'log' || event.type === 'error';
const hasCallId = <Event extends Kind>(event: Event): event is Event & { readonly callId: number } => 'callId' in event;
