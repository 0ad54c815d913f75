import type { Container } from '../../shared/domain/recording.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';

/** What a file turned out to hold. */
export interface FoundAudio {
  readonly container: Container;
  readonly format: AudioFormat;
  /** Duration in sample frames. */
  readonly samples: number;
  /** Of the file. */
  readonly bytes: number;
  /** ms since 1970 UTC, when the file itself says so. */
  readonly startedAt?: number | undefined;
  /** Minutes east of UTC of local time at `startedAt`, when the file says so. */
  readonly offsetMinutes?: number | undefined;
}

/** Reads audio files. Paths are absolute; undefined: not audio that Longtake knows. May reject for an I/O error. */
export interface Inspector {
  inspect(path: string, signal: AbortSignal): Promise<FoundAudio | undefined>;
  /** Makes a file that nobody closed playable, then inspects it. Without it such a file is only inspected. */
  repair?(path: string, signal: AbortSignal): Promise<FoundAudio | undefined>;
}
