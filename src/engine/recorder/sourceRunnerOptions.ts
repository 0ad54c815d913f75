import type { AudioSource, CaptureInfo } from '../capture/audioSource.ts';
import type { Block } from '../containers/block.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { Millis, RecordingId } from '../../shared/units.ts';
import type { DiskGuard } from './diskGuard.ts';
import type { SourceGap } from './gaps.ts';
import type { RetryPolicy } from './protocol.ts';

/** On what terms a source is recorded, and who hears how it goes. */
export interface SourceRunnerOptions {
  readonly config: SourceConfig;
  readonly audio: AudioSource;
  readonly armedAt: Millis;
  readonly gap: SourceGap;
  /** Time may have passed unnoticed: the computer was asleep, or this process stood still. */
  readonly onClockMoved: () => void;
  readonly disks: DiskGuard;
  readonly retry?: RetryPolicy;
  /** Failures in a row before this. */
  readonly failures: number;
  /** Nothing is kept until {@link SourceRunner.resume}. */
  readonly paused: boolean;
  /** What this arming recorded before, ms. */
  readonly recordedMs: number;
  /** Recordings of this arming that may still be mended. */
  readonly unfinished: readonly RecordingId[];
  /** The longest length is reached; nothing more is recorded. */
  readonly onReached: () => void;
  /** Every block, for the meters. */
  readonly onBlock: (block: Block, info: CaptureInfo) => void;
  readonly onConnectionEnd: () => void;
}
