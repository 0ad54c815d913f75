import { LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { type Hole, joinHoles, type NextRecording } from './nextRecording.ts';

/** Recordings that an input may begin at once by new headers or holes, and how long it takes until it may one more. */
const MOST_CUTS = 240;
const CUT_MS = 250;

/** What an input itself says about where recordings begin. */
export class Cuts {
  readonly #clock: Clock;
  #left = MOST_CUTS;
  #at: number;
  #hole: Hole | undefined;
  /** The next block begins a recording, whatever the boundaries say. */
  isDue = false;
  /** No audio of the present segment was left out or recorded yet. */
  isSegmentWhole = true;
  /** No recording was planned yet. */
  isFresh = true;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /**
   * The input asks for a new recording. False when it asks for more than there are: 480 in its first minute, and 240 in
   * each further one.
   */
  allow(): boolean {
    this.isDue = true;
    const now = this.#clock.monotonic();
    this.#left = Math.min(MOST_CUTS, this.#left + (now - this.#at) / CUT_MS);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Audio is missing before the next recording. */
  addHole(hole: Hole | undefined): void {
    this.#hole = joinHoles(this.#hole, hole);
  }

  /** For the next recording; `before`: one that was planned and not opened. What only prepares a decoder goes along. */
  plan(before: NextRecording | undefined): Pick<NextRecording, 'hole' | 'mayBurst' | 'parts'> {
    const empty = before?.samples === 0 ? before : undefined;
    const plan = {
      hole: joinHoles(empty?.hole, this.#hole),
      mayBurst: this.isFresh || (empty?.mayBurst ?? false),
      parts: empty?.parts ?? [],
    };
    this.#hole = undefined;
    this.isFresh = false;
    return plan;
  }
}

export function tooManyCuts(source: string): LongtakeError {
  return new LongtakeError(
    'STREAM_LOST',
    'The stream begins anew more often than files can be made. It is opened again.',
    { details: { source } },
  );
}
