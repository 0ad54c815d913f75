/** Levels of an envelope that grows. */
export class LevelList {
  #levels = new Uint16Array(1024);
  #length = 0;

  append(levels: Uint16Array): void {
    let room = this.#levels.length;
    while (room < this.#length + levels.length) room *= 2;
    if (room > this.#levels.length) {
      const larger = new Uint16Array(room);
      larger.set(this.all);
      this.#levels = larger;
    }
    this.#levels.set(levels, this.#length);
    this.#length += levels.length;
  }

  /** All so far; it stays as it is when more come. */
  get all(): Uint16Array {
    return this.#levels.subarray(0, this.#length);
  }
}
