import type { Source } from '../../bridge/bridge.ts';
import { localDay } from '../../format/time.ts';
import { lengthMs } from '../../format/recording.ts';
import type { Recording } from '../../../shared/domain/recording.ts';

/** What the open recordings of a day have captured beyond what the library knows of them. */
export function openTotals(
  sources: Iterable<Source>,
  slots: readonly (Recording | undefined)[],
  day: string,
): { ms: number; bytes: number } {
  let ms = 0;
  let bytes = 0;
  for (const { status } of sources) {
    const { recording } = status;
    // Before any search: most days have nothing open, and a day may hold many thousands.
    if (!recording || localDay(recording.startedAt) !== day) continue;
    const listed = slots.find((slot) => slot?.id === recording.id);
    if (listed?.state !== 'recording') continue;
    ms += Math.max(0, recording.durationMs - lengthMs(listed));
    bytes += Math.max(0, recording.bytes - listed.bytes);
  }
  return { ms, bytes };
}
