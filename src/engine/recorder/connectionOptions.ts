import type { CaptureInfo } from '../capture/audioSource.ts';
import type { Block } from '../containers/block.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { LongtakeError } from '../../shared/errors.ts';
import type { Millis } from '../../shared/units.ts';

export interface ConnectionOptions {
  readonly source: SourceConfig;
  /** Nothing is kept until {@link Connection.resume}. */
  readonly paused: boolean;
  /** Sample frames that this connection may record in all, at a rate in Hz. */
  readonly longest: (rate: number) => number;
  readonly onOpen: (info: CaptureInfo) => void;
  /** A recording that joins none before it is opened, with audio from this wall-clock instant on. */
  readonly onFirstRecording: (startedAt: Millis) => void;
  readonly onRecordingOpened: () => void;
  readonly onTitle: (title: string) => void;
  /** Of the input's clock against the system's, millionths. */
  readonly onDrift?: (ppm: number, uncertaintyPpm: number) => void;
  readonly onBlock: (block: Block) => void;
  /** A pause begins at this wall-clock instant: what came before is in recordings. */
  readonly onPaused: (at: Millis) => void;
  /** What was captured between these wall-clock instants is not on disk, and recordings or pauses follow. */
  readonly onLost: (from: Millis, to: Millis) => void;
  /** From this wall-clock instant on audio is missing; a recording follows. */
  readonly onMissing: (from: Millis) => void;
  /** The clock has moved by itself: was the computer asleep? */
  readonly onClockMoved: () => void;
  /** The input has no audio between these wall-clock instants, because of a problem. */
  readonly onHole: (from: Millis, to: Millis, problem: LongtakeError) => void;
  /** As much is recorded as may be; nothing more is. */
  readonly onReached: () => void;
  /** Recording cannot go on; capture must be stopped. */
  readonly onFailure: (error: LongtakeError) => void;
}
