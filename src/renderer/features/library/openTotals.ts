import type { Source } from '../../bridge/bridge.ts';
import { localDay } from '../../format/time.ts';
import { lengthMs } from '../../format/recording.ts';
import type { Gap, Recording } from '../../../shared/domain/recording.ts';

type OpenRecording = NonNullable<Source['status']['recording']>;

/** What the totals of a day lack as long as something of it is open. */
export interface OpenTotals {
  readonly ms: number;
  readonly bytes: number;
  readonly gapMs: number;
}

/** What recordings have captured beyond what the library knows of them: open ones, or closed and not counted yet. */
export function openTotals(
  recordings: Iterable<OpenRecording>,
  slots: readonly (Recording | undefined)[],
  day: string,
): { ms: number; bytes: number } {
  let ms = 0;
  let bytes = 0;
  for (const recording of recordings) {
    // Before any search: most days have nothing open, and a day may hold many thousands.
    if (localDay(recording.startedAt) !== day) continue;
    const listed = slots.find((slot) => slot?.id === recording.id);
    if (listed?.state !== 'recording') continue;
    ms += Math.max(0, recording.durationMs - lengthMs(listed));
    bytes += Math.max(0, recording.bytes - listed.bytes);
  }
  return { ms, bytes };
}

/** Length so far of the gaps that last, ms, in whole seconds as their lines show it: the library counts them at their end. */
export function openGapMs(gaps: readonly Gap[], now: number): number {
  return gaps.reduce(
    (sum, { from, to }) => sum + (to === undefined ? Math.max(0, Math.floor((now - from) / 1000) * 1000) : 0),
    0,
  );
}
