import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Gap, GapCause } from '../../shared/domain/recording.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { ErrorCode, LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { dayAt, type GapId, gapId, type Millis, millis } from '../../shared/units.ts';
import type { RecorderContext } from './context.ts';

/** The wall clock was set when it moves by more than this against the monotonic clock. */
const CLOCK_STEP_MS = 1000;

/** The one gap that a source may be in: begun at a loss, ended by the next audio or by a person. */
export class SourceGap {
  readonly #context: RecorderContext;
  readonly #source: SourceConfig;
  #open: Gap | undefined;
  #endedAt = 0;
  /** Wall clock less monotonic clock when the gap began. */
  #wallOffset: number;

  constructor(context: RecorderContext, source: SourceConfig, open: Gap | undefined) {
    this.#context = context;
    this.#wallOffset = wallOffset(context);
    this.#source = source;
    this.#open = open;
  }

  /**
   * Begins a gap at `from`; one that lasts already goes on with its first cause. Only the wait for a first try that
   * then fails gets the cause of the failure.
   */
  begin(from: Millis, cause: GapCause, detail: string): void {
    if (this.#open) {
      if (this.#open.cause !== 'starting' || cause === 'starting') return;
      this.#open = { ...this.#open, cause, detail };
    } else {
      this.#open = newGap(this.#context, this.#source, from, cause, detail);
      this.#wallOffset = wallOffset(this.#context);
    }
    publishGap(this.#context, this.#open);
  }

  /** From `at` on nothing is captured for another reason. */
  change(at: Millis, cause: GapCause, detail: string): void {
    if (this.#open?.cause === cause) return;
    this.end(at);
    this.begin(at, cause, detail);
  }

  /** The gap that lasts, if it began at `since` or later, has another cause than it seemed. */
  explain(since: Millis, cause: GapCause, detail: string): void {
    if (!this.#open || this.#open.from < since || this.#open.cause === 'paused') return;
    this.#open = { ...this.#open, cause, detail };
    publishGap(this.#context, this.#open);
  }

  /** A gap that was noticed when it was over. What the last gap has told of is not told twice. */
  add(from: Millis, to: Millis, cause: GapCause, detail: string): void {
    const begin = millis(Math.max(from, this.#endedAt));
    if (to - begin < 1) return;
    const gap = newGap(this.#context, this.#source, begin, cause, detail);
    endGap(this.#context, gap, to);
  }

  /** Of the gap that lasts. */
  get id(): GapId | undefined {
    return this.#open?.id;
  }

  get cause(): GapCause | undefined {
    return this.#open?.cause;
  }

  /** Since when nothing is captured; undefined outside of a gap. */
  get from(): Millis | undefined {
    return this.#open && millis(this.#open.from);
  }

  /** The clock may have been set: the gap that lasts begins by the clock of now. */
  followClock(): void {
    if (!this.#open) return;
    const gap = this.#onClockOfNow(this.#open);
    if (gap === this.#open) return;
    this.#open = gap;
    this.#wallOffset = wallOffset(this.#context);
    publishGap(this.#context, gap);
  }

  /** `which`: only this gap; without it, any. */
  end(to: Millis, which = this.#open?.id): void {
    if (!this.#open || this.#open.id !== which) return;
    const gap = this.#onClockOfNow(this.#open);
    endGap(this.#context, gap, to);
    this.#endedAt = Math.max(gap.from, to);
    this.#open = undefined;
  }

  /** A clock that was set meanwhile would make the gap longer or shorter than it was. */
  #onClockOfNow(gap: Gap): Gap {
    const step = wallOffset(this.#context) - this.#wallOffset;
    if (Math.abs(step) < CLOCK_STEP_MS) return gap;
    return { ...gap, ...gapStart(this.#context.clock, millis(gap.from + step)) };
  }
}

/** Where a gap begins that begins at `from`, in its row. */
export function gapStart(clock: Clock, from: Millis): Pick<Gap, 'from' | 'day'> {
  const at = millis(Math.round(from));
  return { from: at, day: dayAt(at, clock.offsetMinutes(at)) };
}

/** A sleep, which moves the clock against the monotonic one, is no step. */
function wallOffset({ clock }: RecorderContext): number {
  return clock.now() - clock.monotonic() - (clock.asleepMs?.() ?? 0);
}

export function newGap(
  context: RecorderContext,
  source: Pick<SourceConfig, 'id' | 'name'>,
  from: Millis,
  cause: GapCause,
  detail: string,
): Gap {
  return {
    id: gapId(randomUUID()),
    sourceId: source.id,
    sourceName: source.name,
    cause,
    detail,
    ...gapStart(context.clock, from),
  };
}

export function endGap(context: RecorderContext, gap: Gap, to: Millis): void {
  publishGap(context, { ...gap, to: Math.max(gap.from, Math.round(to)) });
}

export function publishGap(context: RecorderContext, gap: Gap): void {
  context.ledger.write(resolve(context.plan().recordingsFolder), { type: 'gap', at: context.clock.now(), gap });
  context.emit({ type: 'gap', gap });
}

/** What the ledger says about a loss of this kind. */
export function gapCause(error: LongtakeError): GapCause {
  return causes[error.code] ?? 'crash';
}

const causes: Partial<Record<ErrorCode, GapCause>> = {
  DEVICE_NOT_FOUND: 'device lost',
  DEVICE_BUSY: 'device lost',
  DEVICE_LOST: 'device lost',
  DEVICE_FORMAT: 'device lost',
  AUDIO_SYSTEM_UNAVAILABLE: 'device lost',
  STREAM_UNREACHABLE: 'stream lost',
  STREAM_LOST: 'stream lost',
  STREAM_STALLED: 'stream lost',
  STREAM_TLS: 'server refused',
  STREAM_REFUSED: 'server refused',
  STREAM_NOT_FOUND: 'server refused',
  STREAM_NOT_AUDIO: 'server refused',
  FORMAT_UNSUPPORTED: 'server refused',
  DISK_FULL: 'disk full',
  DISK_DENIED: 'disk error',
  DISK_ERROR: 'disk error',
  TOO_SLOW: 'too slow',
};
