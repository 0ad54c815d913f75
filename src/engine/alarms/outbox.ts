import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import { importanceOfBody, leastImportant } from './importance.ts';
import type { Delivery, WebhookTarget } from './webhook.ts';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 300_000;
/** Of messages that are dropped, the first and then every so-manieth is logged. */
const LOG_EVERY = 100;
/** Messages that wait at most; the least important make room, the oldest of them first. */
export const MOST_WAITING = 500;
/** What nobody took for so long is news no more. */
export const LONGEST_WAIT_MS = 24 * 3_600_000;

export interface WaitingDelivery extends Delivery {
  /** ms since 1970 UTC. */
  readonly madeAt: number;
}

/** Keeps messages over restarts. Its errors are logged; a message that could not be kept is sent all the same. */
export interface OutboxStore {
  /** Oldest first. */
  list(): readonly WaitingDelivery[];
  save(delivery: WaitingDelivery): void;
  remove(id: string): void;
}

interface Waiting {
  readonly delivery: WaitingDelivery;
  readonly importance: number;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: OutboxStore;
  /** Undefined: messages go nowhere. */
  readonly target: () => Promise<WebhookTarget | undefined>;
  readonly post: (
    target: WebhookTarget,
    delivery: Delivery,
    options: { now: number; signal: AbortSignal },
  ) => Promise<void>;
  /** Resolves after `ms` or when `signal` is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Sends messages one after another, in order, and tries again until the receiver takes them. Holds up nobody. */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #waiting: Waiting[] = [];
  #dropped = 0;
  readonly #end = new AbortController();
  #nudge = new AbortController();
  #sending: Promise<void> | undefined;
  #problem: string | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Messages that were not taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Messages that nobody took and nobody will get, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why the last try failed; undefined after one that did not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes up what an earlier run left. */
  start(): void {
    this.#waiting.unshift(...this.#keep('read', () => this.#ports.store.list(), []).map(ranked));
    this.#send();
  }

  add(delivery: WaitingDelivery): void {
    this.#waiting.push(ranked(delivery));
    this.#keep('kept', () => this.#ports.store.save(delivery), undefined);
    while (this.#waiting.length > MOST_WAITING) this.#makeRoom();
    this.#send();
  }

  /** The target is another one: tries now. */
  retry(): void {
    this.#nudge.abort();
  }

  /** What was not sent stays in the store. */
  async stop(): Promise<void> {
    this.#end.abort();
    this.#nudge.abort();
    await this.#sending;
  }

  #send(): void {
    if (this.#sending || this.#end.signal.aborted || this.#waiting.length === 0) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = undefined;
      this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    let backoff: IBackoff<unknown> | undefined;
    while (!this.#end.signal.aborted) {
      const [next] = this.#waiting;
      if (!next) return;
      if (await this.#try(next.delivery)) {
        backoff = undefined;
        if (this.#waiting[0] === next) this.#remove(0);
        continue;
      }
      backoff = backoff ? backoff.next(undefined) : firstBackoff();
      this.#nudge = new AbortController();
      await this.#ports.pause(backoff.duration, AbortSignal.any([this.#nudge.signal, this.#end.signal]));
    }
  }

  /** True: done with it, sent or not. */
  async #try(delivery: WaitingDelivery): Promise<boolean> {
    const { clock, log, post, target } = this.#ports;
    if (clock.now() - delivery.madeAt > LONGEST_WAIT_MS) {
      this.#dropped += 1;
      log.error('A message to the webhook was not taken for a day and is dropped.', {
        id: delivery.id,
        dropped: this.#dropped,
      });
      return true;
    }
    try {
      const to = await target();
      if (to) await post(to, delivery, { now: clock.now(), signal: this.#end.signal });
      this.#problem = undefined;
      return true;
    } catch (error) {
      if (this.#end.signal.aborted) return false;
      const final = error instanceof LongtakeError && error.details?.['final'] === true;
      this.#problem = error instanceof Error ? error.message : String(error);
      if (final) this.#dropped += 1;
      log.warn(
        final ? 'The webhook refuses a message; it is dropped.' : 'The webhook cannot be reached; it is tried again.',
        {
          id: delivery.id,
          error: this.#problem,
        },
      );
      return final;
    }
  }

  /** The one that is being sent stays: it may be taken in this moment. */
  #makeRoom(): void {
    const at = leastImportant(
      this.#waiting.map(({ importance }) => importance),
      1,
    );
    this.#dropped += 1;
    if (this.#dropped % LOG_EVERY === 1) {
      this.#ports.log.error('Too many messages wait for the webhook; the least important is dropped.', {
        waiting: this.#waiting.length,
        dropped: this.#dropped,
      });
    }
    this.#remove(at);
  }

  #remove(at: number): void {
    const [gone] = this.#waiting.splice(at, 1);
    if (gone) this.#keep('removed', () => this.#ports.store.remove(gone.delivery.id), undefined);
  }

  #keep<Value>(what: string, work: () => Value, otherwise: Value): Value {
    try {
      return work();
    } catch (error) {
      this.#ports.log.error(`The messages to the webhook could not be ${what}.`, { error: String(error) });
      return otherwise;
    }
  }
}

function ranked(delivery: WaitingDelivery): Waiting {
  return { delivery, importance: importanceOfBody(delivery.body) };
}

function firstBackoff(): IBackoff<unknown> {
  return new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS }).next();
}
