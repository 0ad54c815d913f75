import type { Millis } from '../../shared/units.ts';

interface Turn {
  readonly paused: boolean;
  /** Monotonic. */
  readonly at: Millis;
}

/**
 * Whether audio is kept. A pause begins and ends at the sample that was captured when the person asked, not at the
 * block that happened to arrive: turns wait until audio has reached them.
 */
export class PauseSwitch {
  readonly #turns: Turn[] = [];
  #paused: boolean;

  constructor(paused: boolean) {
    this.#paused = paused;
  }

  /** For the next sample. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Monotonic instant of the next turn. */
  get dueAt(): Millis | undefined {
    return this.#turns[0]?.at;
  }

  turn(paused: boolean, at: Millis): void {
    if ((this.#turns.at(-1)?.paused ?? this.#paused) !== paused) this.#turns.push({ paused, at });
  }

  /** Audio has reached the next turn. */
  pass(): void {
    const turn = this.#turns.shift();
    if (turn) this.#paused = turn.paused;
  }

  /** Without waiting for audio. */
  set(paused: boolean): void {
    this.#turns.length = 0;
    this.#paused = paused;
  }
}
