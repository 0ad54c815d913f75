/** Lets work on one key run one after another, in order; keys do not wait for each other. */
export class KeyedLock<Key> {
  readonly #last = new Map<Key, Promise<void>>();

  /** Runs `work` once all earlier work on `key` has ended, well or badly. */
  run<Result>(key: Key, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    });
    return result;
  }
}
