import { cancelled } from './fairGate.ts';
import { Sleeper } from './wait.ts';

/** How long what was not used may be saved up for, s. */
const BURST_SECONDS = 1;

/** Holds a flow of bytes to a rate: what was sent too early is waited for before the next. */
export class TokenBucket {
  readonly #rate: () => number | undefined;
  readonly #now: () => number;
  #level = 0;
  #at: number;
  readonly #sleeper = new Sleeper();
  #last: Promise<unknown> = Promise.resolve();

  /** `rate`: bytes/s, asked anew each time; undefined: no limit. `now`: monotonic, ms. */
  constructor(rate: () => number | undefined, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#at = now();
  }

  /** Resolves when `bytes` may be sent, one after the other; rejects when `signal` is aborted. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#rate() === undefined) return;
    const turn = this.#last.then(() => this.#wait(bytes, signal));
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw cancelled();
      const rate = this.#rate();
      if (rate === undefined) return;
      const now = this.#now();
      this.#level = Math.min(rate * BURST_SECONDS, this.#level + ((now - this.#at) / 1000) * rate);
      this.#at = now;
      if (this.#level >= 0) break;
      // In steps, so that a limit that a person lifts meanwhile is felt.
      await this.#sleeper.sleep(Math.min(1000, Math.ceil((-this.#level / rate) * 1000)), signal);
    }
    this.#level -= bytes;
  }
}
