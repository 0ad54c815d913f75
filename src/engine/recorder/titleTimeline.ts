/** Stations change their title every few minutes; one that does so all the time fills neither ledger nor library. */
const MOST_AT_ONCE = 8;
/** Seconds of audio after which one more may come. */
const SECONDS_EACH = 5;
export const MOST_TITLES = 5000;

interface Entry {
  readonly text: string;
  /** Sample frames from the start of the recording. */
  readonly position: number;
}

/** The titles of one recording: each change once, so many in a time, and so many in all. */
export class TitleTimeline {
  readonly #sampleRate: number;
  readonly #keep: (entry: Entry) => void;
  /** How many more may come now; a fraction while one is being earned. */
  #allowed = MOST_AT_ONCE;
  #countedTo = 0;
  #count = 0;
  #text: string | undefined;
  /** The newest of those that came too fast: it is kept if it lasts. */
  #late: Entry | undefined;

  /** `keep` hears each title that belongs to the timeline, in order of position. */
  constructor(sampleRate: number, keep: (entry: Entry) => void) {
    this.#sampleRate = sampleRate;
    this.#keep = keep;
  }

  add(text: string, position: number): void {
    this.advance(position);
    if (text === (this.#late?.text ?? this.#text)) return;
    if (this.#isFull(position)) this.#late = { text, position };
    else this.#store({ text, position });
  }

  /** The recording has grown to `position`. */
  advance(position: number): void {
    if (this.#late && !this.#isFull(position)) this.#store(this.#late);
  }

  /** The recording ends: what is on air at its end counts. */
  end(): void {
    if (this.#late) this.#store(this.#late);
  }

  /** Too many came before `position`. */
  #isFull(position: number): boolean {
    const earned = (position - this.#countedTo) / (this.#sampleRate * SECONDS_EACH);
    this.#allowed = Math.min(MOST_AT_ONCE, this.#allowed + earned);
    this.#countedTo = position;
    return this.#allowed < 1;
  }

  #store(entry: Entry): void {
    this.#late = undefined;
    if (entry.text === this.#text || this.#count >= MOST_TITLES) return;
    this.#text = entry.text;
    this.#count += 1;
    this.#allowed -= 1;
    this.#keep(entry);
  }
}
