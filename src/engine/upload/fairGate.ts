import { LongtakeError } from '../../shared/errors.ts';

/** Gives the place back; a second call does nothing. */
export type Release = () => void;

interface Waiter {
  readonly key: string;
  readonly size: number;
  readonly urgent: boolean;
  readonly enter: () => void;
}

export const cancelled = (): LongtakeError => new LongtakeError('CANCELLED', 'The upload was interrupted.');

/**
 * Lets in as many as there is room for, taking turns by key: nobody who wants much keeps others waiting. One that is
 * larger than the whole room comes in alone.
 */
export class FairGate {
  readonly #room: () => number;
  readonly #waiting: Waiter[] = [];
  /** When each key was let in last, by turns; forgotten once it waits for nothing. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  #taken = 0;

  /** `room` is asked at every entry: it may change. */
  constructor(room: () => number) {
    this.#room = room;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Resolves once there is room; rejects with CANCELLED. Among those of one key, urgent ones come first. */
  enter(key: string, size: number, urgent: boolean, signal: AbortSignal): Promise<Release> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(cancelled());
        return;
      }
      const waiter: Waiter = {
        key,
        size,
        urgent,
        enter: () => {
          signal.removeEventListener('abort', leave);
          this.#taken += size;
          let released = false;
          resolve(() => {
            if (released) return;
            released = true;
            this.#taken -= size;
            this.look();
          });
        },
      };
      const leave = (): void => {
        const index = this.#waiting.indexOf(waiter);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(cancelled());
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.look();
    });
  }

  /** There may be more room than before. */
  look(): void {
    for (;;) {
      const next = this.#next();
      if (!next || (this.#taken > 0 && this.#taken + next.size > this.#room())) break;
      if (this.#taken === 0 && this.#room() <= 0) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#turn += 1;
      this.#turns.set(next.key, this.#turn);
      next.enter();
    }
    if (this.#waiting.length === 0 && this.#taken === 0) this.#turns.clear();
  }

  /** The one whose key was let in the longest ago. */
  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    for (const waiter of this.#waiting) {
      if (!best || this.#before(waiter, best)) best = waiter;
    }
    return best;
  }

  #before(one: Waiter, other: Waiter): boolean {
    if (one.key === other.key) return one.urgent && !other.urgent;
    return (this.#turns.get(one.key) ?? 0) < (this.#turns.get(other.key) ?? 0);
  }
}
