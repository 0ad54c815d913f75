/** So many go at once: while one is waited for, the next one fills the line. */
const AT_ONCE = 2;
/** Smaller ones wait for nobody, bytes: what is just being recorded is among them. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** On a line on which others take longer than this, more connections get more through, ms. */
const PATIENCE_MS = 250;

/**
 * Has large bodies go nearly one after the other on a fast line: the server puts one on its disk while the next comes.
 * If all came side by side, all would be waited for at the same time, and nothing would come.
 */
export class BodyTurns {
  #going = 0;
  readonly #waiting = new Set<() => void>();

  /** Resolves when a body of `length` bytes may go, soon in any case; to be called once it went, however that ended. */
  async enter(length: number): Promise<() => void> {
    if (length < LARGE_BYTES) return () => undefined;
    if (this.#going < AT_ONCE) this.#going += 1;
    else await this.#wait();
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#going -= 1;
      const [next] = this.#waiting;
      if (this.#going < AT_ONCE) next?.();
    };
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        this.#going += 1;
        resolve();
      };
      const timer = setTimeout(go, PATIENCE_MS);
      this.#waiting.add(go);
    });
  }
}
