const WINDOW_MS = 10_000;

/** How fast something goes, over the last 10 s. */
export class Speed {
  readonly #now: () => number;
  #steps: { readonly at: number; readonly bytes: number }[] = [];

  /** `now`: monotonic, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(bytes: number): void {
    this.#steps.push({ at: this.#now(), bytes });
    this.#forget();
  }

  bytesPerSecond(): number {
    this.#forget();
    return this.#steps.reduce((total, { bytes }) => total + bytes, 0) / (WINDOW_MS / 1000);
  }

  #forget(): void {
    const since = this.#now() - WINDOW_MS;
    while (this.#steps[0] && this.#steps[0].at < since) this.#steps.shift();
  }
}
