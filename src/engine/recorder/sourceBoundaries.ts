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

  /** A recording starts at its boundary, unless the input stood still over it and time has moved on to `now`. */
  startAfter(boundary: Millis, now: Millis): Millis {
    return now - boundary > SHORTEST_RECORDING_MS ? now : boundary;
  }
}
