import type { Container } from '../../../shared/domain/recording.ts';
import type { ExportContent } from '../../stores/exports.ts';
import type { Selection } from '../../stores/selection.ts';

/** Only what is cut to the sample can be moved to where it crosses zero. */
export const canSnap = (container: Container): boolean => container === 'wav' || container === 'flac';

/** The selection as something to cut. */
export function selectionContent({ recordingId, from, to }: Selection, snap: boolean): ExportContent {
  const range = { recordingId, fromSeconds: from, toSeconds: to };
  return { kind: 'range', range: snap ? { ...range, snap } : range };
}
