import type { Millis } from '../../shared/units.ts';

/** What one look at a condition found. `between`: neither bad enough to raise nor good enough to clear. */
export type Finding = 'bad' | 'between' | 'good';

/** In ms. */
export interface Timing {
  /** The condition must be bad for so long, at every look, before it is raised. */
  readonly raiseAfterMs: number;
  /** It must be good for so long, at every look, before it is cleared. */
  readonly clearAfterMs: number;
  /** Looks that are further apart than this do not add up. */
  readonly staleMs: number;
}

/**
 * Decides when a condition is raised and cleared, so that it does not flap: between a raise and its clear lie at least
 * `clearAfterMs`, between a clear and the next raise at least `raiseAfterMs`. Instants are monotonic.
 */
export class Hysteresis {
  #raised = false;
  /** Since when every look found what would change the state. */
  #since: Millis | undefined;
  #seenAt: Millis | undefined;

  get raised(): boolean {
    return this.#raised;
  }

  /** Since when the condition has been as it must be for a change; undefined when it is not. */
  get since(): Millis | undefined {
    return this.#since;
  }

  /** Takes one look into account, and tells what follows from it. */
  observe(finding: Finding, at: Millis, timing: Timing): 'raise' | 'clear' | undefined {
    if (this.#seenAt !== undefined && at - this.#seenAt > timing.staleMs) this.#since = undefined;
    this.#seenAt = at;
    if (finding !== (this.#raised ? 'good' : 'bad')) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= at;
    if (at - this.#since < (this.#raised ? timing.clearAfterMs : timing.raiseAfterMs)) return undefined;
    this.#raised = !this.#raised;
    this.#since = undefined;
    return this.#raised ? 'raise' : 'clear';
  }
}
