import type { GapCause } from '../../shared/domain/recording.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { LongtakeError } from '../../shared/errors.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { gapCause, type SourceGap } from './gaps.ts';
import type { Standstill } from './standstill.ts';

/** So long may pass without audio before it is a gap. */
const SHORTEST_GAP_MS = 1000;

/** Audio is on its way for at most this long. */
const LONGEST_DELAY_MS = 1500;
/** What is lost so soon before or after a standstill is lost because of it. */
const AFTERMATH_MS = 5000;

export const PAUSED = 'Paused by a person.';
const MISSING =
  'The input stood still and what it would have delivered never came; it may be missing up to a minute before.';
const STARTING = 'The input was being opened.';

export interface ArmedTimeOptions {
  readonly config: SourceConfig;
  readonly armedAt: Millis;
  readonly gap: SourceGap;
  readonly paused: boolean;
}

/**
 * Accounts for the time in which a source is armed and nothing of it is recorded: it is being opened, it is lost, or a
 * person paused it. All instants are of the wall clock.
 */
export class ArmedTime {
  readonly #options: ArmedTimeOptions;
  #paused: boolean;
  /** When a person last began or ended a pause. */
  #turnedAt: Millis | undefined;
  #still: Standstill | undefined;
  /** A recording has begun, if only in memory. */
  #begun = false;

  constructor(options: ArmedTimeOptions, now: Millis) {
    const { gap, armedAt } = options;
    this.#options = options;
    this.#paused = options.paused;
    if (this.#paused) gap.change(armedAt, 'paused', PAUSED);
    // Resumed while no recorder was there to hear of it.
    else if (gap.cause === 'paused') gap.change(now, 'starting', STARTING);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Since when nothing is recorded; undefined while it is, or when the wait is too short to be told of. */
  get gapFrom(): Millis | undefined {
    return this.#options.gap.from;
  }

  pause(now: Millis): void {
    this.#paused = true;
    this.#turnedAt = now;
  }

  /** `problem`: why nothing can be recorded now. */
  resume(now: Millis, problem: LongtakeError | undefined): void {
    this.#paused = false;
    this.#turnedAt = now;
    if (problem) this.lose(problem, now);
  }

  /** The audio from before a pause ended at `from`. */
  beginPause(from: Millis): void {
    const { config, gap } = this.#options;
    const pausedAt = this.#turnedAt ?? from;
    if (pausedAt - from > SHORTEST_GAP_MS) gap.begin(from, silentCause(config), 'No audio came.');
    gap.change(millis(Math.max(from, pausedAt)), 'paused', PAUSED);
  }

  /** Nothing is captured because of `problem`: since `from`, or since the source was armed. A pause goes before it. */
  lose(problem: LongtakeError, from: Millis = this.#options.armedAt): void {
    const { gap } = this.#options;
    const [cause, detail] = this.#whyStill(from) ?? [gapCause(problem), problem.message];
    const turnedAt = this.#turnedAt ?? from;
    // While it was paused nothing was to be captured.
    if (!this.#paused && gap.cause === 'paused') gap.change(turnedAt, cause, detail);
    else gap.begin(from, cause, detail);
    if (this.#paused) gap.change(turnedAt, 'paused', PAUSED);
  }

  /** Audio is missing from `from` on; more follows. */
  miss(from: Millis): void {
    const [cause, detail] = this.#whyStill(from) ?? [silentCause(this.#options.config), MISSING];
    this.#options.gap.begin(from, cause, detail);
  }

  /** The computer was asleep, or the recorder stood still. `endedAt`: where the audio from before ends. */
  standStill(still: Standstill, endedAt: Millis | undefined): void {
    const { gap } = this.#options;
    this.#still = still;
    const since = millis(still.from - SHORTEST_GAP_MS);
    if (still.kind === 'asleep' && endedAt !== undefined && !this.#paused) gap.begin(endedAt, ...words(still));
    // The loss of the input was noticed before its reason.
    gap.explain(since, ...words(still));
  }

  #whyStill(from: Millis): [GapCause, string] | undefined {
    const still = this.#still;
    return still && from <= still.to && from >= still.from - AFTERMATH_MS ? words(still) : undefined;
  }

  /** Between two instants that are over nothing was captured, or what was never reached the disk. */
  add(from: Millis, to: Millis, problem: LongtakeError): void {
    this.#options.gap.add(from, to, gapCause(problem), problem.message);
  }

  /** The clock was set: a gap that lasts is told by the clock of now. */
  followClock(): void {
    this.#options.gap.followClock();
  }

  /** The input is still being opened at `now`: a wait that takes long is a gap. */
  wait(now: Millis): void {
    const { armedAt, gap } = this.#options;
    if (this.#paused || this.#begun || gap.id !== undefined || now - armedAt <= SHORTEST_GAP_MS) return;
    gap.begin(armedAt, 'starting', STARTING);
  }

  /** A recording that joins none before it begins at `at`. Returns what is to be called when its file is there. */
  begin(at: Millis): () => void {
    this.wait(at);
    this.#begun = true;
    const { gap } = this.#options;
    const { id } = gap;
    return () => {
      if (id !== undefined) gap.end(at, id);
    };
  }

  /** The source was disarmed at `at`. `endedAt`: where its last recording ends. */
  end(at: Millis, endedAt: Millis | undefined): void {
    if (endedAt !== undefined && !this.#paused && at - endedAt > LONGEST_DELAY_MS) this.miss(endedAt);
    this.#options.gap.end(at);
  }
}

function words({ kind, from, to }: Standstill): [GapCause, string] {
  const seconds = Math.round((to - from) / 1000);
  if (kind === 'asleep') return ['asleep', `The computer was asleep for about ${seconds} s.`];
  return ['too slow', `The recorder stood still for ${seconds} s: it was stopped, or the computer was too busy.`];
}

/** Of an input that delivers nothing and says nothing. */
function silentCause({ kind }: SourceConfig): GapCause {
  return kind === 'stream' ? 'stream lost' : 'device lost';
}
