/** Between two beats, ms: audio waits so long at most outside of this process, where a kill would lose it. */
const LONGEST_MS = 400;
/** Beats differ: one that always came just before a server sends would take all audio for later than it is. */
const VARIATION_MS = 40;

/** One timer for all that reads in beats: the process wakes two or three times a second instead of for every packet. */
class Pulse {
  readonly #members = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `beat` from now on, until the function that it returns is called. */
  join(beat: () => void): () => void {
    this.#members.add(beat);
    if (!this.#timer) this.#arm();
    return () => {
      this.#members.delete(beat);
      if (this.#members.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #arm(): void {
    this.#timer = setTimeout(
      () => {
        this.#arm();
        for (const beat of this.#members) beat();
      },
      LONGEST_MS - Math.random() * VARIATION_MS,
    );
  }
}

const pulse = new Pulse();

/** A stream with less in a beat fits into what the system keeps for a socket, with much room. */
const CALM_BYTES = 24 * 1024;
/** Beats in a row that make a stream a calm one. Before that, its burst is read as it comes. */
const CALM_BEATS = 10;

/**
 * Decides when a socket is read. A calm stream is read in beats, all that has come at once, which costs a small part of
 * reading every packet; any other is read as it comes.
 */
export class Pace {
  readonly #leave: () => void;
  #bytes = 0;
  #calmBeats = 0;

  /** `read`: reads on. */
  constructor(read: () => void) {
    this.#leave = pulse.join(() => {
      this.#calmBeats = this.#bytes <= CALM_BYTES ? this.#calmBeats + 1 : 0;
      this.#bytes = 0;
      read();
    });
  }

  get isCalm(): boolean {
    return this.#calmBeats >= CALM_BEATS;
  }

  count(bytes: number): void {
    this.#bytes += bytes;
  }

  end(): void {
    this.#leave();
  }
}
