import { hash32, unitInterval } from '../../src/engine/capture/generator/random.ts';

/** Chance that a seed decides: the same calls on the same seed give the same answers on every machine. */
export class Random {
  readonly #seed: number;
  readonly #stream: number;
  #drawn = 0;

  /** `stream` keeps things apart that draw in turns, such as rounds. */
  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** A number from `low` (inclusive) to `high` (exclusive). */
  between(low: number, high: number): number {
    this.#drawn += 1;
    return low + unitInterval(hash32(this.#seed, this.#drawn, this.#stream)) * (high - low);
  }

  /** A whole number from `low` to `high`, both inclusive. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to choose from.');
    return item;
  }

  /** A copy in another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const rest = [...items];
    return items.map(() => rest.splice(this.whole(0, rest.length - 1), 1)).flat();
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.whole(0, 255)));
  }
}
