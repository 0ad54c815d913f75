import type { AacFormat } from '../../engine/containers/adts.ts';

/** What the frames of a stretch of audio have in common. */
export type TrackFormat =
  | ({ readonly codec: 'aac' } & AacFormat)
  | { readonly codec: 'mp3'; readonly sampleRate: number; readonly channels: number };

/** One coded frame. */
export interface CodedUnit {
  /** AAC: a raw block, without an ADTS header. MP3: the frame with its header. */
  readonly bytes: Uint8Array;
  /** Sample frames at the track's rate. */
  readonly samples: number;
}

/** Frames that follow each other, in one format. */
export interface UnitRun {
  readonly format: TrackFormat;
  readonly units: readonly CodedUnit[];
}

export function sameFormat(one: TrackFormat, other: TrackFormat): boolean {
  if (one.codec !== other.codec || one.sampleRate !== other.sampleRate || one.channels !== other.channels) return false;
  if (one.codec !== 'aac' || other.codec !== 'aac') return true;
  return Buffer.compare(one.config, other.config) === 0;
}
