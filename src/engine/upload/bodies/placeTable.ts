/** How a place of a body and what it stands for belong together. */
export interface Place {
  /** Bytes, from the start of what the table is about. */
  readonly at: number;
  /** Sample frames before it. */
  readonly samples: number;
}

/** Places in ascending order, of which so few are kept that a recording of days takes no more than a few MB. */
export class PlaceTable<Kept extends Place = Place> {
  readonly #distance: number;
  #places: Kept[] = [];
  #last: Place | undefined;

  /** `distance`: between two places that are kept, bytes. */
  constructor(distance: number) {
    this.#distance = distance;
  }

  /** `at` and `samples` are those of the place before, or larger. */
  add(place: Kept): void {
    const kept = this.#places.at(-1);
    if (!kept || place.at - kept.at >= this.#distance) this.#places.push(place);
    this.#last = place;
  }

  clear(): void {
    this.#places = [];
    this.#last = undefined;
  }

  /** The last kept place at or before `at`. */
  before(at: number): Kept | undefined {
    return this.#places[this.#indexBefore(at)];
  }

  /** Sample frames before `at`, about, where it lies between two places. */
  samplesAt(at: number): number {
    const index = this.#indexBefore(at);
    const here = this.#places[index];
    const next = this.#places[index + 1] ?? this.#last;
    if (!here || !next || next.at <= here.at) return here?.samples ?? 0;
    const part = Math.min(1, (at - here.at) / (next.at - here.at));
    return Math.round(here.samples + part * (next.samples - here.samples));
  }

  /** The last kept place that begins with the sample frame of this number, or before it. */
  beforeSample(sample: number): Kept | undefined {
    return this.#places[this.#lastIndex((place) => place.samples <= sample)];
  }

  #indexBefore(at: number): number {
    return this.#lastIndex((place) => place.at <= at);
  }

  #lastIndex(isBefore: (place: Kept) => boolean): number {
    let low = -1;
    let high = this.#places.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const place = this.#places[middle];
      if (place && isBefore(place)) low = middle;
      else high = middle;
    }
    return low;
  }
}
