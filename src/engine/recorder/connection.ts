import type { CaptureInfo, CaptureListener } from '../capture/audioSource.ts';
import { type Block, splitBlock } from '../containers/block.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { LongtakeError } from '../../shared/errors.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { nextBoundary } from './boundaries.ts';
import { CaptureTime } from './captureTime.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import type { RecorderContext } from './context.ts';
import { failureError } from './diskError.ts';
import { LiveRecording } from './liveRecording.ts';
import { addBlock, hasBurst, isSingleFrame, type NextRecording } from './nextRecording.ts';
import { PauseSwitch } from './pauseSwitch.ts';
import type { Backlog } from './recordingWriter.ts';
import { sourcePlan } from './sourcePlan.ts';
import { TitleTrack } from './titleTrack.ts';

/**
 * No recording is opened for less audio than this. Some players refuse a file of a single frame, and nobody wants one:
 * a boundary so near to the first sample is left out, and a connection that ends so soon after a boundary ends in the
 * recording before it.
 */
const SHORTEST_RECORDING_MS = 250;

/**
 * One unbroken capture of a source, cut into recordings at boundaries. What arrives goes into exactly one recording,
 * in order: the first unit of a recording is the one after the last unit of the recording before.
 */
export class Connection implements CaptureListener {
  readonly #context: RecorderContext;
  readonly #options: ConnectionOptions;
  readonly #backlog: Backlog = { bytes: 0 };
  readonly #closing = new Set<Promise<void>>();
  #info: CaptureInfo | undefined;
  #time: CaptureTime | undefined;
  #live: LiveRecording | undefined;
  #next: NextRecording | undefined;
  readonly #titles = new TitleTrack();
  /** Sample frames of the capture before the open recording. */
  #liveFirst = 0;
  /** What comes next joins what was recorded. */
  #joins = false;
  readonly #pauses: PauseSwitch;
  #captured = 0;
  /** Sample frames that went into recordings. */
  #kept = 0;
  /** Sample frames that are not on disk: all, and those at the end of what was captured. */
  #missing = 0;
  #lost = 0;
  #skipped = 0;
  #ended = false;

  constructor(context: RecorderContext, options: ConnectionOptions) {
    this.#context = context;
    this.#options = options;
    this.#pauses = new PauseSwitch(options.paused);
  }

  get live(): LiveRecording | undefined {
    return this.#live;
  }

  /** Sample frames that are recorded. */
  get recorded(): number {
    return this.#kept - this.#missing;
  }

  /** Sample frames that arrived. */
  get captured(): number {
    return this.#captured;
  }

  onOpen(info: CaptureInfo): void {
    this.#info = info;
    this.#time = new CaptureTime(this.#context.clock, info.format.sampleRate);
    this.#options.onOpen(info);
  }

  onTitle(title: string): void {
    this.#titles.hear(title, this.#captured);
    this.#options.onTitle(title);
  }

  onDrift(ppm: number, uncertaintyPpm: number): void {
    this.#options.onDrift?.(ppm, uncertaintyPpm);
  }

  onSkipped(bytes: number): void {
    this.#skipped += bytes;
  }

  onBlock(block: Block, arrivedAt: Millis): void {
    if (this.#ended || block.samples === 0) return;
    this.#followWallClock();
    const before = this.#wallTime();
    if (this.#time?.observe(this.#captured + block.samples, arrivedAt) === true) this.#leaveOut(before);
    this.#distribute(block);
    this.#options.onBlock(block);
  }

  /** The plan changed: the open recording ends at the next boundary of the new one. */
  replan(): void {
    const nextBoundaryAt = this.#boundaryAfter(this.#context.clock.now());
    if (this.#live) this.#live.nextBoundaryAt = nextBoundaryAt;
    if (this.#next) this.#next = { ...this.#next, nextBoundaryAt };
  }

  /**
   * Keeps nothing from the sample on that is captured at `at`, a monotonic instant. Returns whether that audio is still
   * to come: then `onPaused` tells where the recording ended.
   */
  pause(at: Millis): boolean {
    if (this.#live || this.#next) {
      this.#pauses.turn(true, at);
      return true;
    }
    this.#pauses.set(true);
    return false;
  }

  /** A pause that waits for audio begins now: none comes. */
  pauseNow(): void {
    if (this.#pauses.dueAt !== undefined && !this.#pauses.paused) this.#passTurn();
  }

  /** Records again from the sample on that is captured at `at`, a monotonic instant. */
  resume(at: Millis): void {
    this.#pauses.turn(false, at);
  }

  /** Begins a new recording with the sample that is captured now, unless one has just begun or is about to. */
  split(): void {
    const now = this.#context.clock.now();
    if (!this.#live || this.#next || this.#live.nextBoundaryAt - now <= SHORTEST_RECORDING_MS) return;
    this.#live.nextBoundaryAt = now;
  }

  /** Resolves when every recording but the open one is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /**
   * The computer was asleep: what comes now joins nothing, and clocks begin anew. Returns where the audio from before
   * ends, wall clock; nothing when there is none.
   */
  sleep(): Millis | undefined {
    const endsAt = this.#captured > 0 ? this.#wallTime() : undefined;
    this.#interrupt();
    this.#time?.follow();
    return endsAt;
  }

  /** Recording cannot go on, although audio comes. What has come is still written. */
  fail(error: LongtakeError): void {
    if (this.#ended) return;
    this.#finishNext();
    this.#ended = true;
    this.#options.onFailure(error);
  }

  /**
   * Closes everything. Returns when capture ended in wall-clock time, as far as it is on disk; nothing when nothing
   * was captured.
   */
  async end(): Promise<Millis | undefined> {
    this.#finishNext();
    this.#ended = true;
    this.#closeLive();
    await this.closed();
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
    while (rest.samples > 0 && !this.#ended) rest = this.#pauses.paused ? this.#passOver(rest) : this.#record(rest);
  }

  /** Drops what belongs to a pause; returns what comes after it. */
  #passOver(block: Block): Block {
    const [dropped, rest] = splitBlock(block, this.#samplesUntilTurn());
    this.#captured += dropped.samples;
    if (rest.samples > 0) this.#passTurn();
    return rest;
  }

  /** Takes what belongs to the recording that is due now; returns what comes after it. */
  #record(block: Block): Block {
    if (!this.#live) this.#next ??= this.#planNext(this.#wallTime());
    const boundary = (this.#next ?? this.#live)?.nextBoundaryAt ?? millis(Number.POSITIVE_INFINITY);
    const ends = {
      longest: Math.max(0, this.#options.longest(this.#rate) - this.#kept),
      turn: this.#samplesUntilTurn(),
      boundary: this.#samplesUntil(boundary),
    };
    const nearest = Math.min(ends.longest, ends.turn, ends.boundary);
    const [mine, rest] = splitBlock(block, nearest);
    this.#take(mine);
    if (rest.samples === 0 || this.#ended) return rest;
    if (nearest === ends.longest) this.#reach();
    else if (nearest === ends.turn) this.#passTurn();
    else {
      this.#openNext();
      this.#next = this.#planNext(this.#startAfter(boundary));
    }
    return rest;
  }

  #passTurn(): void {
    this.#pauses.pass();
    if (!this.#pauses.paused) return;
    this.#interrupt();
    this.#options.onPaused(this.#wallTime());
  }

  /** What follows does not join what is recorded so far, which ends at `endsAt`. */
  #interrupt(endsAt = this.#wallTime()): void {
    this.#finishNext();
    this.#joins = false;
    this.#closeLive(endsAt);
  }

  #leaveOut(endsAt: Millis): void {
    if (!this.#live && !this.#next) return;
    this.#interrupt(endsAt);
    this.#options.onMissing(endsAt);
  }

  #reach(): void {
    this.#finishNext();
    this.#ended = true;
    this.#closeLive();
    this.#options.onReached();
  }

  #take(block: Block): void {
    this.#captured += block.samples;
    this.#kept += block.samples;
    const next = this.#next;
    if (!next) {
      if (this.#live) this.#append(this.#live, block);
      return;
    }
    addBlock(next, block, this.#rate, this.#context.clock);
    const long = next.samples * 1000 >= SHORTEST_RECORDING_MS * this.#rate;
    if (long && (!next.mayBurst || hasBurst(next, this.#context.clock))) this.#openNext();
  }

  #planNext(startedAt: Millis): NextRecording {
    const now = this.#context.clock.monotonic();
    return {
      startedAt,
      nextBoundaryAt: this.#boundaryAfter(startedAt),
      seam: this.#joins ? 'gapless' : 'first',
      mayBurst: this.#captured === 0,
      plannedAt: now,
      blocks: [],
      samples: 0,
      bytes: 0,
      aheadMs: 0,
      burstAt: now,
      heardAt: now,
    };
  }

  /** The recording that is due takes over from the open one. */
  #openNext(): void {
    const next = this.#next;
    this.#next = undefined;
    if (!next || next.samples === 0) return;
    this.#closeLive();
    if (next.mayBurst) this.#beginFirst(next);
    else {
      this.#live = this.#begin(next, this.#captured - next.samples);
      for (const block of next.blocks) this.#append(this.#live, block);
    }
  }

  /**
   * Now that the burst is here, the true time of the first sample is known: the recording starts as long ago as it has
   * audio for.
   */
  #beginFirst(next: NextRecording): void {
    this.#captured -= next.samples;
    this.#kept -= next.samples;
    const startedAt = millis(Math.min(next.startedAt, this.#wallTime()));
    this.#live = this.#begin({ ...next, startedAt, nextBoundaryAt: this.#boundaryAfter(startedAt) }, this.#captured);
    for (const block of next.blocks) this.#distribute(block);
  }

  /** Capture ends: what is too short for a recording of its own goes to the one before. */
  #finishNext(): void {
    const next = this.#next;
    if (!next) return;
    if (!this.#live) {
      this.#next = isSingleFrame(next.blocks) ? undefined : next;
      if (!this.#next) this.#skipped += next.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
      else this.#openNext();
      return;
    }
    this.#next = undefined;
    for (const block of next.blocks) this.#append(this.#live, block);
  }

  #append(live: LiveRecording, block: Block): void {
    const end = this.#liveFirst + live.samples + block.samples;
    for (const { text, at } of this.#titles.take(end)) live.addTitle(text, at - this.#liveFirst);
    live.append(block);
  }

  /** A recording starts at its boundary, unless the input stood still over it and time has moved on. */
  #startAfter(boundary: Millis): Millis {
    const now = this.#wallTime();
    return now - boundary > SHORTEST_RECORDING_MS ? now : boundary;
  }

  /** `first`: sample frames of the capture before it. */
  #begin({ startedAt, seam, nextBoundaryAt }: NextRecording, first: number): LiveRecording {
    if (!this.#info) throw new Error('Audio came before the source was opened.');
    if (seam === 'first') this.#options.onFirstRecording(startedAt);
    this.#joins = true;
    this.#liveFirst = first;
    return new LiveRecording(
      this.#context,
      {
        source: this.#options.source,
        info: this.#info,
        startedAt: millis(Math.round(startedAt)),
        seam,
        title: this.#titles.begin(first),
        backlog: this.#backlog,
        onOpened: this.#options.onRecordingOpened,
        onFailure: (failure) => this.#options.onFailure(failureError(failure)),
      },
      nextBoundaryAt,
    );
  }

  /** `endsAt`: wall-clock end of a recording that no other joins. */
  #closeLive(endsAt?: Millis): void {
    const live = this.#live;
    if (!live) return;
    this.#live = undefined;
    const closing = live.close().then((recording) => this.#closed(live, recording, endsAt));
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  #closed(live: LiveRecording, recording: Recording | undefined, endsAt: Millis | undefined): void {
    const lost = live.samples - (recording?.samples ?? 0);
    this.#missing += lost;
    if (endsAt === undefined) this.#lost += lost;
    else if (lost > 0) this.#options.onLost(millis(endsAt - (lost * 1000) / this.#rate), endsAt);
  }

  /** A clock that was set begins a new recording. */
  #followWallClock(): void {
    if (this.#time?.step() === undefined) return;
    this.#options.onClockMoved();
    const stepMs = this.#time.step();
    if (stepMs === undefined) return;
    if (this.#live) {
      this.#context.log.warn('The clock was set; a new recording begins.', {
        source: this.#options.source.name,
        stepMs: Math.round(stepMs),
      });
      this.#finishNext();
      this.#closeLive();
    }
    this.#time?.follow();
  }

  #boundaryAfter(instant: Millis): Millis {
    const { clock, plan } = this.#context;
    const { splitSeconds } = sourcePlan(plan(), this.#options.source);
    return nextBoundary(clock, millis(instant + SHORTEST_RECORDING_MS), splitSeconds);
  }

  /** Wall-clock time of the next sample to come, or of one `delta` samples from it. */
  #wallTime(delta = 0): Millis {
    return this.#time?.wallTime(this.#captured + delta) ?? this.#context.clock.now();
  }

  #samplesUntil(boundary: Millis): number {
    return this.#time?.samplesUntil(boundary, this.#captured) ?? Number.POSITIVE_INFINITY;
  }

  /** Sample frames until the next turn of the pause switch. */
  #samplesUntilTurn(): number {
    const { dueAt } = this.#pauses;
    if (dueAt === undefined || !this.#time) return Number.POSITIVE_INFINITY;
    return this.#time.samplesUntilMonotonic(dueAt, this.#captured);
  }

  /** Hz. */
  get #rate(): number {
    return this.#info?.format.sampleRate ?? 0;
  }
}
