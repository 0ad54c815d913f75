declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A number of sample frames (one sample of every channel). Whole, not negative. */
export type Samples = Branded<number, 'Samples'>;
/** Milliseconds: a duration, or an instant since 1970-01-01T00:00:00Z where the name says so. */
export type Millis = Branded<number, 'Millis'>;
/** Level relative to full scale, at most 0; silence is {@link SILENCE}. */
export type Dbfs = Branded<number, 'Dbfs'>;
/** Identity of a source; a UUID that never changes, also when the source is renamed. */
export type SourceId = Branded<string, 'SourceId'>;
/** Identity of a recording; a UUID. */
export type RecordingId = Branded<string, 'RecordingId'>;
/** Identity of a gap; a UUID. */
export type GapId = Branded<string, 'GapId'>;
/** Identity of an alarm; a UUID. */
export type AlarmId = Branded<string, 'AlarmId'>;
/** Identity of a section: its recording and its first window. */
export type SectionId = Branded<string, 'SectionId'>;
/** Identity of a sound event: its section with the highest score. */
export type EventId = Branded<string, 'EventId'>;
/** Identity of a target; a UUID. */
export type TargetId = Branded<string, 'TargetId'>;
/** Identity of an upload: one recording, or a part of one, to one target; a UUID. */
export type UploadId = Branded<string, 'UploadId'>;
/** Local calendar day at the place of recording, `YYYY-MM-DD`. */
export type Day = Branded<string, 'Day'>;

export const samples = (count: number): Samples => count as Samples;
export const millis = (count: number): Millis => count as Millis;
export const sourceId = (id: string): SourceId => id as SourceId;
export const recordingId = (id: string): RecordingId => id as RecordingId;
export const gapId = (id: string): GapId => id as GapId;
export const alarmId = (id: string): AlarmId => id as AlarmId;
export const targetId = (id: string): TargetId => id as TargetId;
export const uploadId = (id: string): UploadId => id as UploadId;
export const day = (text: string): Day => text as Day;

/** The calendar day of an instant (ms since 1970 UTC) where local time is `offsetMinutes` east of UTC. */
export function dayAt(instant: number, offsetMinutes: number): Day {
  return day(new Date(instant + offsetMinutes * 60_000).toISOString().slice(0, 10));
}

/** The level that stands for digital silence, below the range of 24-bit audio (-144.5 dBFS). */
export const SILENCE = -150 as Dbfs;

/** Level of a linear amplitude in 0..1, clamped to {@link SILENCE}..0. */
export function dbfs(amplitude: number): Dbfs {
  if (!(amplitude > 0)) return SILENCE;
  return Math.max(SILENCE, Math.min(0, 20 * Math.log10(amplitude))) as Dbfs;
}

/** Duration of `count` sample frames at `rate` Hz, in milliseconds, not rounded. */
export function samplesToMillis(count: Samples, rate: number): Millis {
  return millis((count * 1000) / rate);
}
