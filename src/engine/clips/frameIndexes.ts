import type { FrameIndex } from './units/frameIndex.ts';
import type { AnyUnits } from './units/openUnits.ts';

interface Kept {
  readonly index: FrameIndex;
  /** Of the file when it was made, bytes. */
  readonly size: number;
}

/** A day of frames takes about 1.4 MB. */
const MOST = 16;

/** Indexes of the files that were opened last, so that only the first clip of a file waits for one. */
export class FrameIndexes {
  readonly #kept = new Map<string, Kept>();

  get(id: string): Kept | undefined {
    return this.#kept.get(id);
  }

  keep(id: string, units: AnyUnits): void {
    if ((units.container !== 'mp3' && units.container !== 'adts') || !units.index) return;
    this.#kept.delete(id);
    this.#kept.set(id, { index: units.index, size: units.size });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
  }
}
