import type { SeamReport } from '../../../shared/domain/coverage.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { count } from '../../format/quantity.ts';
import { exactDuration } from '../../format/time.ts';

/** `24 boundaries: 22 gapless, 2 begin a new connection.` */
export function seamWords({ seams, gapless, accounted, unproven, findingCount }: SeamReport): string {
  if (seams === 0) return 'There is no boundary to verify.';
  const parts = [
    gapless > 0 ? `${gapless} proven gapless` : '',
    accounted > 0 ? `${accounted} after a gap or at a new beginning` : '',
    unproven > 0 ? `${unproven} without counters` : '',
    findingCount > 0 ? `${findingCount} not right` : '',
  ].filter(Boolean);
  return `${count(seams, 'boundary', 'boundaries')}: ${parts.join(', ')}.`;
}

/** How the beginning of a recording joins the one before; undefined where there is nothing to tell. */
export function seamNote(recording: Recording): { tone: 'proven' | 'missing'; words: string } | undefined {
  const { seam, connection, missingSamples, format } = recording;
  if (seam === 'missing') {
    const known = missingSamples !== undefined && format.sampleRate > 0;
    const amount = known ? exactDuration((missingSamples * 1000) / format.sampleRate) : 'Audio';
    return { tone: 'missing', words: `${amount} missing since the recording before` };
  }
  if (seam !== 'gapless' || connection === undefined) return undefined;
  return {
    tone: 'proven',
    words: 'Proven gapless: its first sample is the one after the last of the recording before',
  };
}
