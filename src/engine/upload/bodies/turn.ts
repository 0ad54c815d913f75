import { setImmediate } from 'node:timers/promises';

/** Others of the process wait no longer than this and one step, ms. */
const LONGEST_MS = 3;

/** Lets others have their turn in the middle of work that is more than a moment. */
export class Turn {
  #since = performance.now();

  /** To be awaited between two steps, each of which is short. */
  async rest(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
