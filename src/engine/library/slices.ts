import { setImmediate as nextTurn } from 'node:timers/promises';
import { LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Connection } from './database.ts';

/** Longest piece of work between two turns of the event loop, ms. */
const SLICE_MS = 2;

/** Does database work in small transactions and lets everything else run between them. */
export class Slices {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(connection: Connection, clock: Clock, signal: AbortSignal) {
    this.#connection = connection;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Calls `apply` for each item, in order, as many to a transaction as fit a slice. Throws CANCELLED. */
  async each<Item>(items: readonly Item[], apply: (item: Item, index: number) => void): Promise<void> {
    let next = 0;
    const slice = this.#connection.transaction(() => {
      const end = this.#clock.monotonic() + SLICE_MS;
      for (; next < items.length; next += 1) {
        const item = items[next];
        if (item !== undefined) apply(item, next);
        if (this.#clock.monotonic() >= end) {
          next += 1;
          return;
        }
      }
    });
    while (next < items.length) {
      this.throwIfCancelled();
      slice();
      await nextTurn();
    }
  }

  throwIfCancelled(): void {
    if (this.#signal.aborted) throw new LongtakeError('CANCELLED', 'The scan of the recordings folder was cancelled.');
  }
}
