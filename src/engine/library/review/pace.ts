import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest piece of work between two turns of the event loop, ms. */
const SLICE_MS = 2;

/** Lets long work rest, so that everything else runs in between. */
export class Pace {
  #ends = performance.now() + SLICE_MS;

  /** It is time for {@link rest}. Costs little enough to be asked for every few dozen items. */
  isOver(): boolean {
    return performance.now() >= this.#ends;
  }

  async rest(): Promise<void> {
    await nextTurn();
    this.#ends = performance.now() + SLICE_MS;
  }
}
