import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
import type { OpenTotals } from './openTotals.ts';
import { count, size } from '../../format/quantity.ts';
import { shownEdge } from './shownTimes.ts';
import { dayTitle, duration, exactDuration, nearestSecond, offsetName, wallTime } from '../../format/time.ts';

/** Zone of the place of recording, for the tooltip of a time. */
export const zoneName = ({ zone, offsetMinutes }: Recording): string => `${zone}, ${offsetName(offsetMinutes)}`;

/** What a state other than a plain finished one means; undefined where there is nothing to explain. */
export function stateNote(state: Recording['state']): { word: string; explanation: string } | undefined {
  switch (state) {
    case 'repaired':
      return {
        word: 'Repaired',
        explanation: 'Cut off by a crash or a power cut, then made playable: all that was written is there.',
      };
    case 'damaged':
      return { word: 'Damaged', explanation: 'Cannot be read as audio; the file is left as it is.' };
    case 'recording':
    case 'complete':
      return undefined;
  }
}

const causes: Readonly<Record<Gap['cause'], string>> = {
  'device lost': 'Device lost',
  'stream lost': 'Stream lost',
  'server refused': 'Refused by the server',
  'disk full': 'Disk full',
  'disk error': 'Disk error',
  'too slow': 'Computer too slow',
  crash: 'Recorder stopped',
  asleep: 'Computer asleep',
  paused: 'Paused',
  starting: 'Input opened late',
};

export const causeWords = (cause: Gap['cause']): string => causes[cause];

/** How a gap is shown: what a person asked for is no fault, nor is an input that is just being opened. */
export function gapTone({ cause, to }: Gap): 'paused' | 'opening' | 'fault' {
  if (cause === 'paused') return 'paused';
  return cause === 'starting' && to === undefined ? 'opening' : 'fault';
}

/** What the detail says beyond the cause; empty where it only says the same again. */
export function detailBeyond(cause: Gap['cause'], detail: string): string {
  const [first = '', ...rest] = detail.trim().split(/(?<=\.)\s+/);
  const plain = (text: string): string =>
    text
      .toLocaleLowerCase()
      .replaceAll(/\b(?:the|a|is|was|has been|by)\b/g, '')
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return plain(first) === plain(causeWords(cause)) ? rest.join(' ') : detail.trim();
}

/** All that is known of a gap, as text to be passed on. `offsetMinutes` is that of the line, or the computer's own. */
export function gapDetails(gap: Gap, offsetMinutes: number | undefined): string {
  const offset = offsetMinutes ?? -new Date(gap.from).getTimezoneOffset();
  const { from, to } = gap;
  const end = to === undefined ? 'now' : wallTime(shownEdge(to), offset);
  const length = to === undefined ? '' : `, ${exactDuration(to - from)}`;
  const detail = detailBeyond(gap.cause, gap.detail);
  const what = gap.cause === 'paused' ? 'paused' : 'gap';
  return (
    `${gap.sourceName}: ${what} on ${dayTitle(gap.day)}, ${wallTime(shownEdge(from), offset)} to ${end} ` +
    `(${offsetName(offset)})${length}. ${causeWords(gap.cause)}.${detail === '' ? '' : ` ${detail}`}`
  );
}

/** Totals of a day with what its open recordings have captured since the totals were made. */
export interface DayTotals {
  readonly recordings: string;
  readonly length: string;
  readonly size: string;
  /** Empty when nothing is missing. */
  readonly gaps: string;
}

export function dayTotals(summary: DaySummary, open: OpenTotals): DayTotals {
  const gapMs = summary.gapMs + open.gapMs;
  return {
    recordings: count(summary.recordings, 'recording'),
    length: duration(nearestSecond(summary.durationMs + open.ms)),
    size: size(summary.bytes + open.bytes),
    gaps:
      summary.gaps === 0 ? '' : `${count(summary.gaps, 'gap')}${gapMs > 0 ? `, ${exactDuration(gapMs)} missing` : ''}`,
  };
}
