import { cancelled } from './fairGate.ts';

/** Resolves after `ms`, or as soon as `wake` is called on what it returns. Rejects with CANCELLED. */
export class Sleeper {
  readonly #sleeping = new Set<() => void>();

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(cancelled());
        return;
      }
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        this.#sleeping.delete(wake);
        settle();
      };
      const wake = (): void => end(resolve);
      const stop = (): void => end(() => reject(cancelled()));
      const timer = setTimeout(wake, Math.max(0, ms));
      signal.addEventListener('abort', stop, { once: true });
      this.#sleeping.add(wake);
    });
  }

  /** Ends every sleep now. */
  wake(): void {
    for (const wake of this.#sleeping) wake();
  }
}
