import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
import { count, size } from '../../format/quantity.ts';
import { duration, exactDuration, nearestSecond, offsetName } from '../../format/time.ts';

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
};

export const causeWords = (cause: Gap['cause']): string => causes[cause];

/** Totals of a day with what its open recordings have captured since the totals were made. */
export interface DayTotals {
  readonly recordings: string;
  readonly length: string;
  readonly size: string;
  /** Empty when nothing is missing. */
  readonly gaps: string;
}

export function dayTotals(summary: DaySummary, open: { readonly ms: number; readonly bytes: number }): DayTotals {
  return {
    recordings: count(summary.recordings, 'recording'),
    length: duration(nearestSecond(summary.durationMs + open.ms)),
    size: size(summary.bytes + open.bytes),
    gaps:
      summary.gaps === 0
        ? ''
        : `${count(summary.gaps, 'gap')}${summary.gapMs > 0 ? `, ${exactDuration(summary.gapMs)} missing` : ''}`,
  };
}
