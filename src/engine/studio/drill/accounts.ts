import type { Gap, Recording } from '../../../shared/domain/recording.ts';
import { samples, samplesToMillis } from '../../../shared/units.ts';
import type { DrilledSource, DrillRecord, FaultFinding, FaultRecord, LedgerState, Span } from './protocol.ts';

/** A drill ends long before it is as long as its clock is ever wrong. */
const SLACK_MS = 5 * 60_000;
/** When audio was captured is known from its counters; that of a stream only from its arrival, in pieces. */
const TOLERANCE_MS = 500;
const STREAM_TOLERANCE_MS = 1500;
/** What is shorter needs no row. */
const SHORTEST_LOSS_MS = 300;
/** A busy computer is no fault of the drill, and the ledger may say so. */
const ALWAYS_ALLOWED: readonly Gap['cause'][] = ['too slow', 'starting'];

interface ToldGap extends Span {
  readonly cause: Gap['cause'];
}

/** What the ledger says of one source, on a clock that is right. */
interface Timeline {
  readonly recorded: readonly Span[];
  readonly gaps: readonly ToldGap[];
  readonly problems: readonly string[];
}

/** Holds what was done against what the ledger says, fault by fault. */
export function judgeFaults(record: DrillRecord, ledger: LedgerState): FaultFinding[] {
  const timelines = record.sources.map((source) => ({ source, timeline: timelineOf(source, record, ledger) }));
  return record.faults.map((fault) => {
    const judged = timelines.map(({ source, timeline }) => judge(fault, source, timeline));
    return {
      losses: judged.flatMap(({ loss }) => (loss ? [loss] : [])),
      problems: [
        ...fault.stuck.map((name) => `${name} did not record again.`),
        ...judged.flatMap(({ problems }) => problems),
      ],
    };
  });
}

/** Time between the faults that is in no file and no row; labels that the clock never showed. */
export function judgeRest(record: DrillRecord, ledger: LedgerState): string[] {
  return record.sources.flatMap((source) => {
    const { recorded, gaps, problems } = timelineOf(source, record, ledger);
    const during = record.faults.map(({ span }) => span);
    const ms = length(record.span) - covered(record.span, [...recorded, ...gaps, ...during]);
    if (ms <= toleranceOf(source)) return problems;
    return [...problems, `${source.config.name}: ${seconds(ms)} s between the faults are in no file and in no row.`];
  });
}

function judge(fault: FaultRecord, source: DrilledSource, timeline: Timeline) {
  const { config } = source;
  const { span } = fault;
  const isHit = fault.costs.includes(config.id);
  const tolerance = toleranceOf(source);
  const rows = timeline.gaps.filter((gap) => gap.to > span.from && gap.from < span.to && length(gap) >= 1);
  const lostMs = length(span) - covered(span, timeline.recorded);
  const toldMs = covered(span, rows);
  const eitherMs = covered(span, [...timeline.recorded, ...rows]);
  const unaccounted = length(span) - eitherMs;
  const twice = length(span) - lostMs + toldMs - eitherMs;
  const wrong = rows.filter(({ cause }) => !(isHit ? fault.causes : []).concat(ALWAYS_ALLOWED).includes(cause));
  const problems: string[] = [];
  if (isHit && rows.length === 0 && lostMs > SHORTEST_LOSS_MS) {
    problems.push(`${config.name}: ${seconds(lostMs)} s are in no file, and the ledger has no row about it.`);
  } else if (unaccounted > tolerance) {
    problems.push(`${config.name}: ${seconds(unaccounted)} s are in no file and in no row of the ledger.`);
  }
  if (twice > tolerance) {
    problems.push(`${config.name}: the ledger calls ${seconds(twice)} s lost that are in a file.`);
  }
  for (const { cause } of wrong) problems.push(`${config.name}: the ledger names the wrong cause: ${cause}.`);
  const isTold = isHit || lostMs > tolerance || rows.length > 0;
  const causes = [...new Set(rows.map(({ cause }) => cause))];
  const loss = { source: config.name, lostSeconds: lostMs / 1000, toldSeconds: toldMs / 1000, causes };
  return { problems, loss: isTold ? loss : undefined };
}

function timelineOf({ config }: DrilledSource, record: DrillRecord, ledger: LedgerState): Timeline {
  const recorded: Span[] = [];
  const gaps: ToldGap[] = [];
  const problems: string[] = [];
  const doubt = (what: string): void => void problems.push(`${config.name}: ${what}`);
  for (const recording of ledger.recordings.filter(({ sourceId }) => sourceId === config.id)) {
    const span = recordedSpan(recording, record);
    if (span) recorded.push(span);
    else doubt(`${recording.path} bears a time that the clock never showed.`);
  }
  for (const { from, to, cause, sourceId } of ledger.gaps) {
    if (sourceId !== config.id) continue;
    const at = trueTime(from, record);
    if (to === undefined) doubt(`a gap (${cause}) never ended.`);
    else if (at === undefined) doubt(`a gap (${cause}) bears a time that the clock never showed.`);
    else gaps.push({ from: at, to: at + to - from, cause });
  }
  return { recorded, gaps, problems };
}

/** When a recording was made, by a clock that is right; undefined where the drill's clock never showed its start. */
export function recordedSpan(
  { startedAt, samples: count, format }: Pick<Recording, 'startedAt' | 'samples' | 'format'>,
  record: DrillRecord,
): Span | undefined {
  const from = trueTime(startedAt, record);
  const ms = samplesToMillis(samples(count), Math.max(1, format.sampleRate));
  return from === undefined ? undefined : { from, to: from + ms };
}

function trueTime(label: number, { offsets, span }: DrillRecord): number | undefined {
  return [0, ...offsets]
    .map((offset) => label - offset)
    .find((at) => at >= span.from - SLACK_MS && at <= span.to + SLACK_MS);
}

/** How much of `whole` is in at least one of the spans, ms. */
export function covered(whole: Span, spans: readonly Span[]): number {
  let sum = 0;
  let at = whole.from;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const [start, end] = [Math.max(from, at), Math.min(to, whole.to)];
    if (end <= start) continue;
    sum += end - start;
    at = end;
  }
  return sum;
}

const length = ({ from, to }: Span): number => to - from;

function toleranceOf({ config }: DrilledSource): number {
  return config.kind === 'stream' ? STREAM_TOLERANCE_MS : TOLERANCE_MS;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
