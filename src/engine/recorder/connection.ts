import type { CaptureInfo, CaptureListener } from '../capture/audioSource.ts';
import { type Block, splitBlock } from '../containers/block.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { nextBoundary } from './boundaries.ts';
import type { RecorderContext } from './context.ts';
import { diskError } from './diskError.ts';
import { LiveRecording } from './liveRecording.ts';
import type { WriterFailure } from './recordingWriter.ts';
import { SampleClock } from './sampleClock.ts';

/** A boundary nearer than this to the first sample is left out: nobody wants a recording of a few frames. */
const SHORTEST_RECORDING_MS = 250;

/** The wall clock was set when it moves by more than this against the monotonic clock between two blocks. */
const CLOCK_STEP_MS = 1000;

export interface ConnectionOptions {
  readonly source: SourceConfig;
  readonly onOpen: (info: CaptureInfo) => void;
  /** The first block: capture has really begun at this wall-clock instant. */
  readonly onFirstBlock: (startedAt: Millis) => void;
  readonly onRecordingOpened: () => void;
  readonly onTitle: (title: string) => void;
  readonly onBlock: (block: Block) => void;
  /** Recording cannot go on; capture must be stopped. */
  readonly onFailure: (error: LongtakeError) => void;
}

/**
 * One unbroken capture of a source, cut into recordings at boundaries. What arrives goes into exactly one recording,
 * in order: the first unit of a recording is the one after the last unit of the recording before.
 */
export class Connection implements CaptureListener {
  readonly #context: RecorderContext;
  readonly #options: ConnectionOptions;
  readonly #closing = new Set<Promise<void>>();
  #info: CaptureInfo | undefined;
  #sampleClock: SampleClock | undefined;
  #live: LiveRecording | undefined;
  #title: string | undefined;
  #captured = 0;
  #lost = 0;
  #skipped = 0;
  #wallOffset = 0;
  #ended = false;

  constructor(context: RecorderContext, options: ConnectionOptions) {
    this.#context = context;
    this.#options = options;
  }

  get live(): LiveRecording | undefined {
    return this.#live;
  }

  /** Sample frames that arrived. */
  get captured(): number {
    return this.#captured;
  }

  onOpen(info: CaptureInfo): void {
    this.#info = info;
    this.#sampleClock = new SampleClock(info.format.sampleRate);
    this.#options.onOpen(info);
  }

  onTitle(title: string): void {
    this.#title = title;
    this.#live?.setTitle(title);
    this.#options.onTitle(title);
  }

  onSkipped(bytes: number): void {
    this.#skipped += bytes;
  }

  onBlock(block: Block, arrivedAt: Millis): void {
    if (this.#ended || block.samples === 0) return;
    const first = this.#captured === 0;
    this.#followWallClock();
    this.#sampleClock?.observe(this.#captured + block.samples, arrivedAt);
    if (first) this.#options.onFirstBlock(this.#wallTime());
    this.#distribute(block);
    this.#options.onBlock(block);
  }

  /** The plan changed: the open recording ends at the next boundary of the new one. */
  replan(): void {
    if (this.#live) this.#live.nextBoundaryAt = this.#boundaryAfter(this.#context.clock.now());
  }

  /**
   * Closes everything. Returns when capture ended in wall-clock time, as far as it is on disk; nothing when nothing
   * was captured.
   */
  async end(): Promise<Millis | undefined> {
    this.#ended = true;
    this.#closeLive();
    await Promise.all(this.#closing);
    if (this.#skipped > 0) {
      this.#context.log.warn('Bytes were received that belong to no audio frame.', {
        source: this.#options.source.name,
        bytes: this.#skipped,
      });
    }
    return this.#captured > 0 ? this.#wallTime(-this.#lost) : undefined;
  }

  #distribute(block: Block): void {
    let rest = block;
    while (rest.samples > 0 && !this.#ended) {
      const live = this.#live ?? this.#begin(this.#wallTime());
      const [mine, others] = splitBlock(rest, this.#samplesUntil(live.nextBoundaryAt));
      if (mine.samples > 0) {
        live.append(mine);
        this.#captured += mine.samples;
      }
      rest = others;
      if (rest.samples > 0) {
        this.#closeLive();
        this.#begin(this.#startAfter(live.nextBoundaryAt));
      }
    }
  }

  /** A recording starts at its boundary, unless the input stood still over it and time has moved on. */
  #startAfter(boundary: Millis): Millis {
    const now = this.#wallTime();
    return now - boundary > SHORTEST_RECORDING_MS ? now : boundary;
  }

  #begin(startedAt: Millis): LiveRecording {
    if (!this.#info) throw new Error('Audio came before the source was opened.');
    const live = new LiveRecording(
      this.#context,
      {
        source: this.#options.source,
        info: this.#info,
        startedAt: millis(Math.round(startedAt)),
        seam: this.#captured === 0 ? 'first' : 'gapless',
        title: this.#title,
        onOpened: this.#options.onRecordingOpened,
        onFailure: (failure) => this.#options.onFailure(failureError(failure)),
      },
      this.#boundaryAfter(startedAt),
    );
    this.#live = live;
    return live;
  }

  #closeLive(): void {
    const live = this.#live;
    if (!live) return;
    this.#live = undefined;
    const closing = live.close().then((recording) => this.#closed(live, recording));
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  #closed(live: LiveRecording, recording: Recording | undefined): void {
    this.#lost += live.samples - (recording?.samples ?? 0);
  }

  /** Keeps wall-clock labels true: small corrections are followed, a clock that was set begins a new recording. */
  #followWallClock(): void {
    const { clock } = this.#context;
    const offset = clock.now() - clock.monotonic();
    if (this.#live && Math.abs(offset - this.#wallOffset) > CLOCK_STEP_MS) {
      this.#context.log.warn('The clock was set; a new recording begins.', {
        source: this.#options.source.name,
        stepMs: Math.round(offset - this.#wallOffset),
      });
      this.#closeLive();
    }
    this.#wallOffset = offset;
  }

  #boundaryAfter(instant: Millis): Millis {
    const { clock, plan } = this.#context;
    return nextBoundary(clock, millis(instant + SHORTEST_RECORDING_MS), plan().splitSeconds);
  }

  /** Wall-clock time of the next sample to come, or of one `delta` samples from it. */
  #wallTime(delta = 0): Millis {
    const captured = this.#sampleClock?.timeOf(this.#captured + delta) ?? this.#context.clock.monotonic();
    return millis(captured + this.#wallOffset);
  }

  #samplesUntil(boundary: Millis): number {
    const rate = this.#info?.format.sampleRate ?? 0;
    return Math.max(0, Math.ceil(((boundary - this.#wallTime()) * rate) / 1000));
  }
}

function failureError(failure: WriterFailure): LongtakeError {
  switch (failure.kind) {
    case 'too slow':
      return new LongtakeError(
        'TOO_SLOW',
        'The disk did not take the audio in time. Check that it is healthy and not busy with something else.',
      );
    case 'disk':
      return diskError(failure.error);
  }
}
