import type { Section } from '../../../shared/domain/section.ts';
import type { RecordingId } from '../../../shared/units.ts';

/** Recordings and uploads that are remembered, so that none is told twice; the oldest make room. */
const MOST_REMEMBERED = 2000;

/** Whether an id is heard for the first time. */
export class FirstTime<Id> {
  readonly #known = new Set<Id>();

  note(id: Id): boolean {
    const isFirst = !this.#known.has(id);
    this.#known.add(id);
    const [oldest] = this.#known;
    if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return isFirst;
  }
}

/** Picks the sections that nothing is added to any more, each once, also when they are found anew with other ids. */
export class ToldSections {
  readonly #told = new Map<RecordingId, { readonly from: number; readonly to: number }[]>();

  /** `settledAt`: what ended before this instant does not grow; ms since 1970 UTC. */
  pick(id: RecordingId, sections: readonly Section[], settledAt: number): readonly Section[] {
    const told = this.#told.get(id) ?? [];
    this.#told.delete(id);
    this.#told.set(id, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    return sections.filter(({ from, to, live }) => {
      if (live === true && to > settledAt) return false;
      if (told.some((known) => from < known.to && known.from < to)) return false;
      told.push({ from, to });
      return true;
    });
  }
}
