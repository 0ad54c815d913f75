import type { Gap } from '../../shared/domain/recording.ts';
import type { GapId } from '../../shared/units.ts';

/** Longest window that a rule may look at. */
const LONGEST_WINDOW_MS = 24 * 3_600_000;

/** What one source missed lately, from its gaps. */
export class MissingTime {
  readonly #gaps = new Map<GapId, Gap>();

  /** A gap began or ended. A pause that a person asked for is none. */
  note(gap: Gap, now: number): void {
    for (const [id, { to }] of this.#gaps) if (to !== undefined && to < now - LONGEST_WINDOW_MS) this.#gaps.delete(id);
    if (gap.cause !== 'paused') this.#gaps.set(gap.id, gap);
  }

  /** Missed within the last `windowMs` before `now` (ms since 1970 UTC). */
  within(windowMs: number, now: number): number {
    const from = now - windowMs;
    let missing = 0;
    for (const gap of this.#gaps.values()) {
      missing += Math.max(0, Math.min(gap.to ?? now, now) - Math.max(gap.from, from));
    }
    return Math.min(missing, windowMs);
  }
}
