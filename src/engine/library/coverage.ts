import { type ArmedSpan, MAX_MISSING, type Missing, type SourceCoverage } from '../../shared/domain/coverage.ts';
import type { GapCause } from '../../shared/domain/recording.ts';
import type { GapId } from '../../shared/units.ts';
import { difference, intersection, type Interval, length, union } from './intervals.ts';

/** A line of the ledger about arming, as the library keeps it. */
export interface ArmEvent {
  readonly at: number;
  readonly armed: boolean;
  readonly reason: string | undefined;
}

/** A recording, or one that was deleted since. */
export interface CapturedSpan extends Interval {
  /** Longtake deleted its file. */
  readonly deleted: boolean;
  /** Its first sample is proven, or was seen, to be the one after the last of the recording before. */
  readonly gapless: boolean;
}

export interface GapSpan {
  readonly id: GapId;
  readonly cause: GapCause;
  readonly from: number;
  /** Absent while it lasts. */
  readonly to: number | undefined;
}

/** What is known of one source; everything that reaches into the time from `from` to `to`, and what came just before. */
export interface SourceTrace {
  readonly from: number;
  /** Exclusive, and not after now. */
  readonly to: number;
  /** In order of time, with the last one before `from`. */
  readonly events: readonly ArmEvent[];
  /** The last of `events` armed it and it is armed still. */
  readonly armedNow: boolean;
  /** In order of their beginning. */
  readonly captured: readonly CapturedSpan[];
  readonly gaps: readonly GapSpan[];
  /** A hole in wall-clock time between two samples that follow each other: the clock was set, nothing is missing. */
  isClockStep(hole: Interval): boolean;
}

/**
 * Recordings are placed by the wall clock and measured by their samples: a card that runs 0.02 % slow, and a boundary
 * that a block of audio lies across, leave a hole on paper where no sample is missing.
 */
const DRIFT = 0.0002;
const SEAM_JITTER_MS = 260;
/** Between a recording and the gap beside it: both are placed by the same clock. */
const EDGE_JITTER_MS = 50;
/** An input that is opened within this time is not missing anything. */
const OPENING_MS = 1000;
/** Nor one that is closed: a station of Ogg sends pages of a second, and the last one may be on its way. */
const CLOSING_MS = 2000;
/** How long after arming nothing captured means that the input is being opened; then it has failed, and a gap says so. */
const STARTING_MS = 30_000;

export type CoverageFigures = Omit<SourceCoverage, 'sourceId' | 'sourceName'>;

/**
 * Armed, captured and missing time of one source, by union of intervals: nothing is counted twice, and what neither a
 * recording nor a gap accounts for is missing with the cause `unexplained`. Time in which a person paused the source
 * is not armed time.
 */
export function measureCoverage(trace: SourceTrace): CoverageFigures {
  const spans = armedSpans(trace);
  const { covered, deleted, stepped } = capturedTime(trace);
  const armed = union(spans.map(({ from, to }) => ({ from, to: to ?? trace.to })));
  const paused = intersection(difference(union(trace.gaps.filter(isPause).map(closed(trace))), covered), armed);
  const expected = difference(difference(armed, paused), difference(stepped, covered));
  const gapTime = union(trace.gaps.map(closed(trace)));
  const rest = difference(difference(expected, covered), gapTime);
  const { unexplained, ignored } = judge(rest, trace, armed);
  const missing = [
    ...trace.gaps.filter((gap) => !isPause(gap)).flatMap((gap) => missingOf(gap, trace, expected, covered)),
    ...unexplained,
  ];
  const due = difference(expected, ignored.atEdges);
  const captured = union([...intersection(due, covered), ...ignored.jitter]);
  const told = once(missing);
  return {
    armedMs: length(due),
    capturedMs: length(captured),
    pausedMs: length(paused),
    deletedMs: length(difference(intersection(deleted, due), liveTime(trace))),
    missing: longest(told),
    missingCount: told.length,
    armed: spans,
  };
}

const isPause = ({ cause }: GapSpan): boolean => cause === 'paused';
const closed =
  (trace: SourceTrace) =>
  ({ from, to }: GapSpan): Interval => ({ from, to: Math.min(to ?? trace.to, trace.to) });

/** From arming to disarming; a second arming without a disarming goes on with the first, as after a crash. */
function armedSpans({ events, from, to, armedNow }: SourceTrace): ArmedSpan[] {
  const spans: ArmedSpan[] = [];
  let since: number | undefined;
  for (const event of events) {
    if (event.armed) since ??= event.at;
    else if (since !== undefined) {
      if (event.at > from && since < to) spans.push(span(since, event.at, event.reason));
      since = undefined;
    }
  }
  if (since !== undefined && since < to && armedNow) spans.push(span(since, undefined, undefined));
  return spans;

  function span(began: number, ended: number | undefined, reason: string | undefined): ArmedSpan {
    const within = ended !== undefined && ended <= to;
    return {
      from: Math.max(from, began),
      ...(ended === undefined ? {} : { to: Math.min(to, ended) }),
      began: began >= from,
      ended: within,
      ...(within && reason !== undefined ? { reason } : {}),
    };
  }
}

interface CapturedTime {
  readonly covered: readonly Interval[];
  readonly deleted: readonly Interval[];
  /** Wall-clock time that never was. */
  readonly stepped: readonly Interval[];
}

function capturedTime(trace: SourceTrace): CapturedTime {
  const bridges: Interval[] = [];
  const stepped: Interval[] = [];
  let end = Number.NEGATIVE_INFINITY;
  let before: CapturedSpan | undefined;
  for (const span of trace.captured) {
    const hole = { from: end, to: span.from };
    if (before && span.gapless && hole.to > hole.from) {
      if (hole.to - hole.from <= SEAM_JITTER_MS + DRIFT * (before.to - before.from)) bridges.push(hole);
      else if (trace.isClockStep(hole)) stepped.push(hole);
    }
    if (span.to >= end) before = span;
    end = Math.max(end, span.to);
  }
  return {
    covered: union([...trace.captured, ...bridges]),
    deleted: union(trace.captured.filter(({ deleted }) => deleted)),
    stepped: union(stepped),
  };
}

const liveTime = ({ captured }: SourceTrace): Interval[] => union(captured.filter(({ deleted }) => !deleted));

interface Judgement {
  readonly unexplained: readonly Missing[];
  readonly ignored: {
    /** Too short to be more than the placing of what is beside it. */
    readonly jitter: readonly Interval[];
    /** An input being opened or closed. */
    readonly atEdges: readonly Interval[];
  };
}

/** What is left when recordings and gaps are taken from armed time. */
function judge(rest: readonly Interval[], trace: SourceTrace, armed: readonly Interval[]): Judgement {
  const unexplained: Missing[] = [];
  const jitter: Interval[] = [];
  const atEdges: Interval[] = [];
  const armings = trace.events.filter((event) => event.armed).map(({ at }) => at);
  for (const piece of rest) {
    const long = piece.to - piece.from;
    const span = armed.find(({ from, to }) => from <= piece.from && piece.to <= to);
    const atEnd = piece.to === span?.to && piece.from !== span.from;
    const isEdge = (atEnd && long < CLOSING_MS) || (armings.includes(piece.from) && long < OPENING_MS);
    if (isEdge) atEdges.push(piece);
    else if (long <= EDGE_JITTER_MS + DRIFT * lengthBefore(trace.captured, piece.from)) jitter.push(piece);
    else {
      const starting = long <= STARTING_MS && armings.includes(piece.from);
      unexplained.push({ ...piece, cause: starting ? 'starting' : 'unexplained' });
    }
  }
  return { unexplained, ignored: { jitter: union(jitter), atEdges: union(atEdges) } };
}

/** Length of the recording that ends at `at`. */
function lengthBefore(captured: readonly CapturedSpan[], at: number): number {
  const before = captured.findLast(({ to }) => Math.abs(to - at) < 1);
  return before ? before.to - before.from : 0;
}

function missingOf(
  gap: GapSpan,
  trace: SourceTrace,
  expected: readonly Interval[],
  covered: readonly Interval[],
): Missing[] {
  const pieces = difference(intersection(union([closed(trace)(gap)]), expected), covered);
  return pieces.map((piece) => ({ ...piece, cause: gap.cause, gapId: gap.id }));
}

/** Where two gaps tell of the same time, the earlier one accounts for it. */
function once(missing: readonly Missing[]): Missing[] {
  const told: Missing[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const piece of missing.toSorted((a, b) => a.from - b.from)) {
    if (piece.to <= end) continue;
    told.push({ ...piece, from: Math.max(piece.from, end) });
    end = piece.to;
  }
  return told;
}

function longest(missing: readonly Missing[]): Missing[] {
  return missing.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_MISSING);
}
