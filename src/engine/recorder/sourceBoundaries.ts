import type { SourceConfig } from '../../shared/domain/source.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { nextBoundary } from './boundaries.ts';
import type { RecorderContext } from './context.ts';
import { sourcePlan } from './sourcePlan.ts';

/**
 * No recording is opened for less audio than this. Some players refuse a file of a single frame, and nobody wants one:
 * a boundary so near to the first sample is left out, and a connection that ends so soon after a boundary ends in the
 * recording before it.
 */
export const SHORTEST_RECORDING_MS = 250;

/** The boundaries of one source, as the present plan has them. */
export class SourceBoundaries {
  readonly #context: RecorderContext;
  readonly #source: SourceConfig;
  /** A person asked for a new recording while one was about to begin. */
  #askedAt: Millis | undefined;

  constructor(context: RecorderContext, source: SourceConfig) {
    this.#context = context;
    this.#source = source;
  }

  /** The first boundary that a recording from `instant` on is long enough for. Both are wall-clock instants. */
  after(instant: Millis): Millis {
    const { clock, plan } = this.#context;
    const { splitSeconds } = sourcePlan(plan(), this.#source);
    return nextBoundary(clock, millis(instant + SHORTEST_RECORDING_MS), splitSeconds);
  }

  /** The boundary of a recording that is planned to start at `startedAt`: also one that a person asked for meanwhile. */
  next(startedAt: Millis): Millis {
    const asked = this.#askedAt;
    this.#askedAt = undefined;
    const regular = this.after(startedAt);
    return asked === undefined || asked <= startedAt ? regular : soonest(startedAt, asked, regular);
  }

  /**
   * The boundary of an open recording after the plan changed, when its audio has come to `reached`: one that the clock
   * has passed, but the audio has not, still counts, and so does one that is a moment away.
   */
  replanned({ startedAt }: { readonly startedAt: Millis }, reached: Millis): Millis {
    return this.after(millis(Math.max(startedAt, reached - SHORTEST_RECORDING_MS - 1)));
  }

  /**
   * A person asks `now` for a new recording. Returns the boundary that the open one gets; nothing when its own is so near
   * that what it ends with is the answer.
   */
  split(open: { readonly startedAt: Millis; readonly nextBoundaryAt: Millis }, now: Millis): Millis | undefined {
    const at = soonest(open.startedAt, now, open.nextBoundaryAt);
    if (open.nextBoundaryAt - at > SHORTEST_RECORDING_MS) return at;
    this.#askedAt = now;
    return undefined;
  }

  /** A recording starts at its boundary, unless the input stood still over it and time has moved on to `now`. */
  startAfter(boundary: Millis, now: Millis): Millis {
    return now - boundary > SHORTEST_RECORDING_MS ? now : boundary;
  }
}

/** From `wanted` on, but no recording is shorter than the shortest. */
function soonest(startedAt: Millis, wanted: Millis, latest: Millis): Millis {
  return millis(Math.min(latest, Math.max(wanted, startedAt + SHORTEST_RECORDING_MS)));
}
