import type { Recording } from '../../shared/domain/recording.ts';

/** Length of a recording, ms, as its samples tell. */
export function lengthMs({ samples, format }: Recording): number {
  return format.sampleRate > 0 ? (samples * 1000) / format.sampleRate : 0;
}

export const canPlay = (recording: Recording): boolean => recording.state !== 'damaged';
