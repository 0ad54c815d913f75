import type { AudioFormat, SourceStatus } from '../../shared/domain/source.ts';
import type { Container } from '../../shared/domain/recording.ts';
import type { LongtakeError } from '../../shared/errors.ts';
import type { Millis } from '../../shared/units.ts';
import type { Block } from '../containers/block.ts';
import type { StreamHeaders } from '../containers/streamHeaders.ts';

/** What a source turned out to be, once it is open. */
export interface CaptureInfo {
  readonly format: AudioFormat;
  /** What its recordings are written as. */
  readonly container: Container;
  /** Of the device or station, for people. */
  readonly label: string;
  /** Soundcards: the name of the device. */
  readonly device?: string;
  /** Soundcards: what captures it, and why. */
  readonly backend?: NonNullable<SourceStatus['backend']>;
  /** Where the audio comes from, when the configured address led elsewhere; without credentials. */
  readonly address?: string;
  /** Streams of Ogg and FLAC: what each file needs at its start. */
  readonly headers?: StreamHeaders;
}

/** Hears what a source captures. Calls come in order; `onOpen` is the first, and comes once. */
export interface CaptureListener {
  onOpen(info: CaptureInfo): void;
  /**
   * `arrivedAt`: monotonic clock, when the last sample of the block reached this process. The block's bytes are the
   * listener's to keep.
   */
  onBlock(block: Block, arrivedAt: Millis): void;
  onTitle(title: string): void;
  /**
   * The stream goes on behind new headers, or in another format: the next block does not go into one file with those
   * before, though no audio is missing between them.
   */
  onSegment(info: CaptureInfo): void;
  /**
   * Audio is missing before the next block: so many sample frames as the stream says, which is not to be trusted; 0
   * when it does not say. With a `problem` it was lost on this computer: at least so much of it, above 0.
   */
  onHole(samples: number, problem?: LongtakeError): void;
  /** Bytes that were received and belong to no frame, so that nothing vanishes uncounted. */
  onSkipped(bytes: number): void;
  /** How much faster the input's clock runs than the system's, and half of the 95 % interval; millionths. */
  onDrift?(ppm: number, uncertaintyPpm: number): void;
}

/** An input: a soundcard, a stream, a generator. */
export interface AudioSource {
  /**
   * Captures until `signal` is aborted, then resolves once everything captured was delivered. Rejects with a
   * LongtakeError when the input cannot be opened, and when it is lost. After either, `run` may be called again.
   */
  run(listener: CaptureListener, signal: AbortSignal): Promise<void>;
}
