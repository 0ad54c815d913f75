/** A slice of a recording, or all of it, as the media protocol serves it. Positions are seconds of the recording. */
export interface Stretch {
  readonly url: string;
  /** Where in the recording the first second of the media lies. */
  readonly base: number;
  /** What can be heard of it; Infinity: up to its end. */
  readonly from: number;
  readonly to: number;
}

export type DeckEvent = 'state' | 'sounding' | 'finished' | 'failed';
type Listener = (event: DeckEvent) => void;

/** Nearer to the limit than this it is reached, s. */
const AT_LIMIT_S = 0.004;

function makeElement(): HTMLAudioElement {
  const element = new Audio();
  element.preload = 'auto';
  element.preservesPitch = true;
  return element;
}

/**
 * What sounds, and what is made ready to sound next. The media elements stream through Range requests and are never
 * fetched or decoded as a whole; React and the waveform only watch. There are two, so that the next stretch is loaded
 * while the present one plays.
 */
class Deck {
  #current = makeElement();
  #spare = makeElement();
  #stretch: Stretch | undefined;
  #warm: Stretch | undefined;
  #limit = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rate = 1;
  readonly #listeners = new Set<Listener>();

  constructor() {
    for (const element of [this.#current, this.#spare]) this.#follow(element);
  }

  get stretch(): Stretch | undefined {
    return this.#stretch;
  }

  get playing(): boolean {
    return !this.#current.paused && !this.#current.ended;
  }

  get error(): MediaError | null {
    return this.#current.error;
  }

  /** Seconds from the start of the recording; less than 0 in audio of the one before, which a section may begin with. */
  get offset(): number {
    return this.#stretch ? this.#stretch.base + this.#current.currentTime : 0;
  }

  /** Where in the recording that is, s. */
  get position(): number {
    return Math.max(0, this.offset);
  }

  /** Returns the end of the subscription. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Opens a stretch at a position, at once when it was made ready before. */
  load(stretch: Stretch, at: number): void {
    clearTimeout(this.#timer);
    if (this.#warm?.url === stretch.url) {
      const before = this.#current;
      this.#current = this.#spare;
      this.#spare = before;
      this.#warm = undefined;
      empty(before);
    } else {
      this.#current.pause();
      this.#current.src = stretch.url;
    }
    this.#stretch = stretch;
    this.#limit = Infinity;
    this.#current.volume = this.#spare.volume;
    // A new source sets the speed back.
    this.#current.playbackRate = this.#rate;
    this.#current.currentTime = Math.max(0, at - stretch.base);
    this.#tell('state');
  }

  /** Loads what is likely to be played next. */
  warm(stretch: Stretch, at: number): void {
    if (this.#warm?.url === stretch.url || this.#stretch?.url === stretch.url) return;
    this.#warm = stretch;
    this.#spare.src = stretch.url;
    this.#spare.currentTime = Math.max(0, at - stretch.base);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const element of [this.#current, this.#spare]) empty(element);
    this.#stretch = undefined;
    this.#warm = undefined;
    this.#tell('state');
  }

  /** Fails as HTMLMediaElement.play() does. */
  async play(): Promise<void> {
    await this.#current.play();
  }

  pause(): void {
    this.#current.pause();
  }

  seek(at: number): void {
    if (this.#stretch) this.#current.currentTime = Math.max(0, at - this.#stretch.base);
  }

  /** `finished` is told there, before the media itself ends; Infinity: not before. */
  setLimit(at: number): void {
    this.#limit = at;
    this.#arm();
  }

  setRate(rate: number): void {
    this.#rate = rate;
    this.#current.playbackRate = rate;
  }

  /** 0..1 */
  setVolume(volume: number): void {
    this.#current.volume = volume;
    this.#spare.volume = volume;
  }

  /** Waits for the limit by a timer, for frames stop while the window is hidden and `timeupdate` is coarse. */
  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.playing || !Number.isFinite(this.#limit)) return;
    const left = this.#limit - this.offset;
    if (left <= AT_LIMIT_S) this.#tell('finished');
    else this.#timer = setTimeout(() => this.#arm(), (left / this.#rate) * 1000);
  }

  #follow(element: HTMLAudioElement): void {
    const listen = (name: string, listener: () => void): void =>
      element.addEventListener(name, () => {
        if (element === this.#current) listener();
      });
    for (const name of ['play', 'playing', 'pause', 'ended', 'emptied']) listen(name, () => this.#tell('state'));
    for (const name of ['playing', 'seeked', 'ratechange']) listen(name, () => this.#arm());
    listen('playing', () => this.#tell('sounding'));
    listen('ended', () => this.#tell('finished'));
    listen('error', () => {
      if (this.#stretch) this.#tell('failed');
    });
  }

  #tell(event: DeckEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function empty(element: HTMLAudioElement): void {
  element.pause();
  element.removeAttribute('src');
  element.load();
}

/** The one deck of the window. */
export const deck = new Deck();
