import type { Log } from '../../shared/ports/log.ts';
import { errorText } from '../../shared/errors.ts';
import type { ServerConfig } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { Delivery, DeliveryKind } from '../database/deliveryRows.ts';
import { messagesOf } from './messages.ts';
import { NotTakenError } from './problem.ts';

const BATCH = 100;
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;
/** What nobody took for so long is dead. */
export const LONGEST_WAIT_MS = 5 * 24 * 3_600_000;
/** Longer than any try takes: after this, the process that had a message is gone. */
const LEASE_MS = 120_000;
/** What another process wrote is noticed after this at the latest. */
const LOOK_MS = 30_000;
const WORKERS = 4;

export interface TellerPorts {
  readonly config: ServerConfig;
  readonly database: Database;
  readonly log: Log;
  readonly now: () => number;
  /** Address of this server, for links. */
  readonly base: () => string;
  /** Rejects with {@link NotTakenError} until the message was taken. */
  readonly send: (delivery: Delivery, signal: AbortSignal) => Promise<void>;
}

/** Makes messages of what the outbox says, and sends them until they are taken. Holds up nobody. */
export class Teller {
  readonly #ports: TellerPorts;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(ports: TellerPorts) {
    this.#ports = ports;
  }

  /** There may be something to tell. */
  nudge(): void {
    if (this.#end.signal.aborted) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#work()
      .catch((error: unknown) => this.#ports.log.error('Messages could not be sent.', { error: errorText(error) }))
      .finally(() => {
        this.#running = undefined;
        void this.#rest();
      });
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #work(): Promise<void> {
    do {
      this.#again = false;
      await this.#collect();
      await Promise.all(Array.from({ length: WORKERS }, () => this.#sendDue()));
    } while (this.#again && !this.#end.signal.aborted);
  }

  /** Sleeps until the next message is due. */
  async #rest(): Promise<void> {
    const { database, now } = this.#ports;
    if (this.#end.signal.aborted) return;
    if (this.#again) {
      this.nudge();
      return;
    }
    // A database that cannot be read now is asked again at the next look.
    const nextAt = await Promise.resolve()
      .then(() => database.deliveries.nextAt())
      .catch(() => undefined);
    if (this.#end.signal.aborted) return;
    clearTimeout(this.#timer);
    const wait = nextAt === undefined ? LOOK_MS : Math.min(LOOK_MS, Math.max(0, nextAt - now()));
    this.#timer = setTimeout(() => this.nudge(), wait);
    this.#timer.unref();
  }

  async #collect(): Promise<void> {
    const { config, database, base, now } = this.#ports;
    const { deliveries, outbox } = database;
    for (;;) {
      const position = await deliveries.position();
      const entries = await outbox.after(position, BATCH);
      const last = entries.at(-1);
      if (!last) break;
      const ports = { config, database, base: base() };
      const made = await Promise.all(entries.map((entry) => messagesOf(entry, ports, now())));
      await deliveries.add(made.flat(), last.id);
    }
  }

  async #sendDue(): Promise<void> {
    const { database, now } = this.#ports;
    while (!this.#end.signal.aborted) {
      const delivery = await database.deliveries.claim(now(), LEASE_MS);
      if (!delivery) return;
      await this.#send(delivery);
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { database, log, now, send } = this.#ports;
    try {
      await send(delivery, this.#end.signal);
      await database.deliveries.succeed(delivery.id);
    } catch (error) {
      const { kind, id, tries, createdAt } = delivery;
      if (!(error instanceof NotTakenError)) log.error('A message could not be sent.', { id, error: errorText(error) });
      const problem = error instanceof NotTakenError ? error.message : 'Something went wrong; the log says what.';
      if (this.#end.signal.aborted) {
        await database.deliveries.retry(id, problem, now());
      } else if ((error instanceof NotTakenError && error.isFinal) || now() - createdAt > LONGEST_WAIT_MS) {
        log.warn(`A message by ${NAMES[kind]} was given up.`, { id, tries, problem });
        await database.deliveries.bury(id, problem);
      } else {
        await database.deliveries.retry(id, problem, now() + backoff(tries));
      }
    }
  }
}

const NAMES: Readonly<Record<DeliveryKind, string>> = { webhook: 'webhook', email: 'e-mail' };

/** Doubles with every try; up to a fifth less, so that not all come at once. */
function backoff(tries: number): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries - 1, 20));
  return full * (0.8 + 0.2 * Math.random());
}
