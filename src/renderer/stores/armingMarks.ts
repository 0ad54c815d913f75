import type { Coverage } from '../../shared/domain/coverage.ts';

/** An instant at which somebody began or ended the recording of a source. */
export interface ArmingMark {
  readonly id: string;
  readonly sourceName: string;
  /** ms since 1970 UTC. */
  readonly at: number;
  readonly what: 'began' | 'ended';
  /** Why it ended: see the ledger. */
  readonly reason?: string | undefined;
}

/** A source that goes on within this time after it ended was only set up anew, ms. */
const PAUSE_MS = 2000;

/** Where recording began and ended, newest first. */
export function armingMarks({ sources }: Coverage): ArmingMark[] {
  const marks: ArmingMark[] = [];
  for (const { sourceId, sourceName, armed } of sources) {
    armed.forEach((span, index) => {
      const before = armed[index - 1]?.to;
      const after = armed[index + 1]?.from;
      const goesOn = span.to !== undefined && after !== undefined && after - span.to < PAUSE_MS;
      const wentOn = before !== undefined && span.from - before < PAUSE_MS;
      if (span.began && !wentOn)
        marks.push({ id: `${sourceId}-${span.from}`, sourceName, at: span.from, what: 'began' });
      if (span.ended && !goesOn && span.to !== undefined) {
        marks.push({ id: `${sourceId}-${span.to}`, sourceName, at: span.to, what: 'ended', reason: span.reason });
      }
    });
  }
  return marks.toSorted((a, b) => b.at - a.at);
}
