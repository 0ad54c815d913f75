/** Anything that ends: a timer, a listener, a child process, a file handle. */
export type Disposer = () => void | Promise<void>;

/**
 * Owns timers, listeners, children and other scopes, and ends them together, last one first.
 * After {@link dispose} the scope takes nothing more: what is added late is ended at once.
 */
export class Scope {
  readonly #disposers: Disposer[] = [];
  readonly #abort = new AbortController();
  #disposed: Promise<void> | undefined;

  /** Aborted when the scope ends. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#disposed !== undefined;
  }

  /** Registers what must happen at the end; returns a function that ends this one thing now. */
  add(disposer: Disposer): () => Promise<void> {
    if (this.ended) {
      return async () => disposer();
    }
    this.#disposers.push(disposer);
    return async () => {
      const index = this.#disposers.indexOf(disposer);
      if (index < 0) return;
      this.#disposers.splice(index, 1);
      await disposer();
    };
  }

  /** A scope that ends with this one, or earlier on its own. */
  child(): Scope {
    const child = new Scope();
    const forget = () => child.dispose();
    this.#disposers.push(forget);
    child.#disposers.push(() => {
      const index = this.#disposers.indexOf(forget);
      if (index >= 0) this.#disposers.splice(index, 1);
    });
    if (this.ended) void child.dispose();
    return child;
  }

  /** Calls `tick` every `intervalMs` until the scope ends. */
  interval(intervalMs: number, tick: () => void): void {
    const timer = setInterval(tick, intervalMs);
    this.add(() => clearInterval(timer));
  }

  /** Calls `fire` once after `delayMs`, unless the scope ends first; returns a cancel function. */
  timeout(delayMs: number, fire: () => void): () => void {
    let cancel: () => Promise<void> = async () => undefined;
    const timer = setTimeout(() => {
      void cancel();
      fire();
    }, delayMs);
    cancel = this.add(() => clearTimeout(timer));
    return () => void cancel();
  }

  /**
   * Ends everything, last added first. Every disposer runs even if an earlier one throws;
   * the errors are then thrown together. A second call waits for the first.
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  async #end(): Promise<void> {
    this.#abort.abort();
    const errors: unknown[] = [];
    for (let disposer = this.#disposers.pop(); disposer; disposer = this.#disposers.pop()) {
      try {
        await disposer();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Some parts of a scope did not end cleanly.');
  }
}
