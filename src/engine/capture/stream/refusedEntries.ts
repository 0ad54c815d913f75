import type { Clock } from '../../../shared/ports/clock.ts';

/** After this time an entry that did not work is as good as the others again, ms. */
const FORGOTTEN_AFTER = 5 * 60_000;
const MOST_KEPT = 100;

/** Remembers which entries of playlists did not work, so that a reconnect does not wait for each of them again. */
export class RefusedEntries {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: URL): void {
    this.#since.delete(entry.href);
    this.#since.set(entry.href, this.#clock.monotonic());
    const [oldest] = this.#since.keys();
    if (this.#since.size > MOST_KEPT && oldest !== undefined) this.#since.delete(oldest);
  }

  /** The same entries, those that did not work lately last. */
  last(entries: readonly URL[]): readonly URL[] {
    const refused = (entry: URL): boolean => {
      const since = this.#since.get(entry.href);
      return since !== undefined && this.#clock.monotonic() - since < FORGOTTEN_AFTER;
    };
    return [...entries.filter((entry) => !refused(entry)), ...entries.filter(refused)];
  }
}
