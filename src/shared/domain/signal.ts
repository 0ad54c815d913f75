import type { SourceId } from '../units.ts';

/** What a source sounded like since the report before, about a second of audio; for alarms. */
export interface SignalReport {
  readonly sourceId: SourceId;
  /** Loudest 100 ms per channel, RMS in dBFS; empty when nobody listened (coded audio is not decoded for this). */
  readonly rms: readonly number[];
  /** Windows of 100 ms that this report is about. */
  readonly windows: number;
  /** How many of them held three or more full-scale samples in a row. */
  readonly clippedWindows: number;
  /** For how long the audio has been an exact repetition of itself, ms; 0 when it is not. Absent: not looked at. */
  readonly repeatedMs?: number;
}
