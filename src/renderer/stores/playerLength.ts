import type { Recording } from '../../shared/domain/recording.ts';
import { lengthMs } from '../format/recording.ts';
import type { SourceStatus } from '../../shared/domain/source.ts';
import { sourcesStore, useOpenRecording } from './sources.ts';

function lengthWith(recording: Recording, open: SourceStatus['recording']): number {
  const captured = recording.state === 'recording' && open?.id === recording.id ? open.durationMs : 0;
  return Math.max(lengthMs(recording), captured) / 1000;
}

/** Length of a recording, s; of one in progress, what is known to be captured. */
export function lengthOf(recording: Recording): number {
  return lengthWith(recording, sourcesStore.getState().byId.get(recording.sourceId)?.status.recording);
}

/** The same; it grows while the recording does. */
export function useLength(recording: Recording): number {
  return lengthWith(recording, useOpenRecording(recording.sourceId, recording.id));
}
