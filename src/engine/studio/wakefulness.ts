import type { KeepAwake } from '../../shared/ports/keepAwake.ts';

/** Keeps the computer awake while a source is armed, and no longer. */
export class Wakefulness {
  readonly #keepAwake: KeepAwake | undefined;
  readonly #isWanted: () => boolean;
  #held = false;

  /** `isWanted`: a source is armed, and the settings ask for it. */
  constructor(keepAwake: KeepAwake | undefined, isWanted: () => boolean) {
    this.#keepAwake = keepAwake;
    this.#isWanted = isWanted;
  }

  /** Sources or settings may have changed. */
  look(): void {
    this.#set(this.#isWanted());
  }

  end(): void {
    this.#set(false);
  }

  #set(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#keepAwake?.hold();
    else this.#keepAwake?.release();
  }
}
