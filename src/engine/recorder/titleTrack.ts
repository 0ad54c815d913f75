/** Titles that wait for their audio; a server that sends more has the last of them replaced. */
const MOST_WAITING = 256;

export interface HeardTitle {
  readonly text: string;
  /** Sample frames of the capture before it. */
  readonly at: number;
}

/**
 * The titles of one capture, by the sample at which each came. Audio may wait before it is known which recording it
 * belongs to, so titles wait with it.
 */
export class TitleTrack {
  readonly #waiting: HeardTitle[] = [];
  #onAir: string | undefined;

  /** A title comes with sample `at`; positions never go back. */
  hear(text: string, at: number): void {
    const last = this.#waiting.at(-1);
    if (last && (last.at === at || this.#waiting.length >= MOST_WAITING)) this.#waiting.pop();
    this.#waiting.push({ text, at });
  }

  /** What is on air when a recording begins with sample `first`. */
  begin(first: number): string | undefined {
    this.take(first + 1);
    return this.#onAir;
  }

  /** The titles that came before sample `end`, and that were not taken yet. */
  take(end: number): readonly HeardTitle[] {
    const count = this.#waiting.findIndex(({ at }) => at >= end);
    const taken = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
    this.#onAir = taken.at(-1)?.text ?? this.#onAir;
    return taken;
  }
}
