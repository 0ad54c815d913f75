import { resolve } from 'node:path';
import type { CaptureInfo } from '../capture/audioSource.ts';
import type { SourceState, SourceStatus } from '../../shared/domain/source.ts';
import { errorText, fromWireError, LongtakeError, toWireError, type WireError } from '../../shared/errors.ts';
import { type Millis, millis, type RecordingId, samples, samplesToMillis } from '../../shared/units.ts';
import { ArmedTime } from './armedTime.ts';
import { diskError, diskShort } from './diskError.ts';
import { Connection } from './connection.ts';
import { ConnectionEnd } from './connectionEnd.ts';
import type { RecorderContext } from './context.ts';
import { prepareFlac } from './prepareFlac.ts';
import type { Standstill } from './standstill.ts';
import type { SourceRunnerOptions } from './sourceRunnerOptions.ts';
import { type Backoff, inputIsThere, needsPerson, nextBackoff, retryDelayMs } from './retrying.ts';

/** A connection that lasted this long was a good one: the next loss is retried quickly again. */
const GOOD_CONNECTION_MS = 10_000;
/** Audio of a pause's last moment is on its way for at most this long: a calm stream is read in beats. */
const PAUSE_WAIT_MS = 900;
/** A disk without room is looked at again after this time. */
const ROOM_MS = 2000;
/** Between two looks whether the file is still there, ticks: with it, all that it held is gone. */
const FILE_TICKS = 4;
const MS_PER_SECOND = 1000;

/** Keeps one armed source recording: opens it, tries again after every loss, and tells how it goes. */
export class SourceRunner {
  readonly #context: RecorderContext;
  readonly #options: SourceRunnerOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<Millis | undefined>;
  #connection: Connection | undefined;
  #info: CaptureInfo | undefined;
  #state: SourceState = 'arming';
  #since: Millis;
  #title: string | undefined;
  #drift: Pick<SourceStatus, 'driftPpm' | 'driftUncertaintyPpm'> = {};
  #problem: WireError | undefined;
  #nextTryAt: Millis | undefined;
  #attempt: number;
  #gaveUp = false;
  /** Ends the connection that is open. */
  #fail: ((error: LongtakeError) => void) | undefined;
  #wake: (() => void) | undefined;
  #released = false;
  readonly #armedTime: ArmedTime;
  /** The longest length is recorded. */
  #reached = false;
  #recordedMs: number;
  #ticks = 0;
  /** Monotonic: the clock may be set while files are being closed. */
  #disarmedAt: Millis | undefined;
  readonly #connectionEnd = new ConnectionEnd();

  constructor(context: RecorderContext, options: SourceRunnerOptions) {
    this.#context = context;
    this.#options = options;
    this.#since = context.clock.now();
    this.#attempt = options.failures;
    this.#recordedMs = options.recordedMs;
    this.#armedTime = new ArmedTime(options, this.#since);
    this.#publish();
    this.#done = this.#keepRecording();
  }

  /** Folder that is recorded into, absolute. */
  get root(): string {
    return resolve(this.#context.plan().recordingsFolder);
  }

  /** Tries now instead of at the next try. */
  retry(): void {
    this.#wake?.();
  }

  /** Ends what is captured now as lost, and looks for the device anew, if need be in a recorder of its own. */
  reopen(reason: string): void {
    this.#fail?.(new LongtakeError('DEVICE_LOST', reason, { details: { listFrozen: true } }));
  }

  replan(): void {
    this.#connection?.replan();
  }

  /** Keeps nothing from `at` on, a monotonic instant; the input stays open. */
  pause(at: Millis): void {
    if (this.#armedTime.paused) return;
    const now = this.#context.clock.now();
    this.#armedTime.pause(now);
    const connection = this.#connection;
    if (connection?.pause(at)) setTimeout(() => connection.pauseNow(), PAUSE_WAIT_MS).unref();
    else this.#armedTime.beginPause(now);
    this.#enter(this.#state === 'recording' ? 'arming' : this.#state);
  }

  /** Records again from `at` on, a monotonic instant. */
  resume(at: Millis): void {
    if (!this.#armedTime.paused) return;
    this.#connection?.resume(at);
    this.#armedTime.resume(this.#context.clock.now(), this.#problem && fromWireError(this.#problem));
    this.#enter(this.#state);
  }

  /** The clock was set. */
  followClock(): void {
    this.#armedTime.followClock();
    this.#connection?.followClock();
  }

  /** The computer was asleep, or this process stood still. */
  standStill(still: Standstill): void {
    this.#armedTime.standStill(still, still.kind === 'asleep' ? this.#connection?.sleep() : undefined);
  }

  /** Begins a new recording now. */
  split(): void {
    this.#connection?.split();
  }

  /** The length of a recording that a recorder before left open is known now: by how much it is more than was thought, ms. */
  onMended(id: RecordingId, ms: number): void {
    if (this.#options.unfinished.includes(id)) this.#recordedMs += ms;
  }

  /**
   * Resolves when every file of the source is closed: with where its arming ends, wall clock, when it has recorded its
   * longest length, also where that shows only now.
   */
  async disarm(): Promise<Millis | undefined> {
    this.#disarmedAt = this.#context.clock.monotonic();
    this.#stop.abort();
    this.#wake?.();
    return this.#done;
  }

  /** Like {@link disarm}, but a gap stays open: another recorder goes on with the source. */
  async release(): Promise<void> {
    this.#released = true;
    await this.disarm();
  }

  /** Looks after the file; called once a second. Returns what changed while recording. */
  tick(): SourceStatus | undefined {
    this.#connectionEnd.tick();
    const { paused } = this.#armedTime;
    if (this.#state === 'arming') this.#armedTime.wait(this.#context.clock.now());
    this.#ticks += 1;
    if (this.#state === 'recording' && this.#ticks % FILE_TICKS === 0) this.#connection?.live?.checkFile();
    if (this.#state === 'recording' && this.#options.disks.isFull(this.root)) this.#connection?.fail(diskShort());
    return paused || this.#state === 'recording' ? this.#status() : undefined;
  }

  /** Returns where the longest length ends, when that is recorded. */
  async #keepRecording(): Promise<Millis | undefined> {
    let backoff: Backoff | undefined;
    this.#reached = this.#longest(MS_PER_SECOND) <= 0;
    let captureEnd: Millis | undefined;
    while (!this.#reached) {
      if (!(await this.#hasRoom())) break;
      const { problem, endedAt, lastedMs } = await this.#connect();
      captureEnd = problem ? undefined : endedAt;
      if (problem) this.#armedTime.lose(problem, endedAt);
      if (!problem || this.#stop.signal.aborted) break;
      // What the disk did not take of the rest may be recorded again.
      this.#reached = false;
      if (lastedMs >= GOOD_CONNECTION_MS) backoff = undefined;
      backoff = nextBackoff(backoff);
      if (inputIsThere.has(problem.code)) this.#attempt = 0;
      if (this.#options.disks.isFull(this.root)) continue;
      await this.#waitForNextTry(problem, retryDelayMs(problem, backoff, this.#options.retry, this.#attempt));
      if (this.#stop.signal.aborted) break;
    }
    const end = this.#reached ? (captureEnd ?? this.#endOfArming) : this.#endOfArming;
    if (!this.#released) this.#armedTime.end(end, captureEnd);
    if (!this.#reached) return undefined;
    if (!this.#stop.signal.aborted) this.#options.onReached();
    return end;
  }

  /** Wall clock. */
  get #endOfArming(): Millis {
    const now = this.#context.clock.monotonic();
    return millis(this.#context.clock.now() - (now - (this.#disarmedAt ?? now)));
  }

  /** Waits until the disk has room. Returns whether the source is still armed. */
  async #hasRoom(): Promise<boolean> {
    while (!this.#stop.signal.aborted) {
      if (await this.#options.disks.hasRoom(this.root)) return true;
      this.#armedTime.lose(diskShort());
      this.#problem = toWireError(diskShort());
      this.#nextTryAt = undefined;
      this.#enter('reconnecting');
      await this.#sleep(ROOM_MS);
    }
    return false;
  }

  /** What may still be recorded in this arming, sample frames at `rate` Hz. */
  #longest(rate: number): number {
    const { maxLengthSeconds } = this.#options.config;
    if (maxLengthSeconds === undefined) return Number.POSITIVE_INFINITY;
    return Math.round(maxLengthSeconds * rate) - Math.round((this.#recordedMs * rate) / 1000);
  }

  /** One connection from open to loss. Without a problem, it was asked to end and all that it captured is on disk. */
  async #connect(): Promise<{ problem?: LongtakeError; endedAt: Millis | undefined; lastedMs: number }> {
    const { audio, config } = this.#options;
    const armedTime = this.#armedTime;
    const { root } = this;
    const capture = new AbortController();
    const stop = (): void => capture.abort();
    this.#stop.signal.addEventListener('abort', stop, { once: true });
    if (this.#stop.signal.aborted) capture.abort();
    let failure: LongtakeError | undefined;
    let opened = false;
    const fail = (error: LongtakeError): void => {
      if (!failure) this.#tellFailure(error);
      failure ??= error;
      capture.abort();
    };
    this.#fail = fail;
    /** Ends the gap before the recording that is being opened. */
    let endGap: (() => void) | undefined;
    const connection = new Connection(this.#context, {
      source: config,
      onOpen: (info) => {
        this.#info = info;
      },
      paused: armedTime.paused,
      longest: (rate) => this.#longest(rate),
      onFirstRecording: (at) => {
        endGap = armedTime.begin(at);
      },
      // Audio alone ends no gap: on a full disk it would only come to be lost.
      onRecordingOpened: () => {
        endGap?.();
        endGap = undefined;
        opened = true;
        this.#attempt = 0;
        // A short connection may be over before its file is there.
        if (!failure && !armedTime.paused) this.#recover('recording');
      },
      // Told with the next tick: a server may change its title as often as it likes.
      onTitle: (title) => {
        this.#title = title;
      },
      onDrift: (driftPpm, driftUncertaintyPpm) => {
        this.#drift = { driftPpm, driftUncertaintyPpm };
      },
      onBlock: (block) => {
        if (this.#info) this.#options.onBlock(block, this.#info);
        if (armedTime.paused && this.#problem && !failure) this.#recover('arming');
      },
      onPaused: (from) => {
        armedTime.beginPause(from);
        this.#publish();
      },
      onLost: (from, to) => armedTime.add(from, to, failure ?? diskError(undefined)),
      onMissing: (from) => armedTime.miss(from),
      onClockMoved: this.#options.onClockMoved,
      onHole: (from, to, problem) => armedTime.add(from, to, problem),
      onReached: () => {
        this.#reached = true;
        capture.abort();
      },
      onFailure: fail,
    });
    this.#connection = connection;
    try {
      await prepareFlac(config);
      await audio.run(connection, capture.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) failure ??= this.#asProblem(error);
    }
    this.#fail = undefined;
    this.#stop.signal.removeEventListener('abort', stop);
    this.#options.onClockMoved();
    const isUnwanted = (): boolean => this.root !== root && !this.#stop.signal.aborted;
    const endedAt = await this.#connectionEnd.of(connection, isUnwanted, () =>
      this.#context.log.error('A disk hangs; its files are left to it, and recording goes on elsewhere.', { root }),
    );
    this.#connection = undefined;
    this.#title = undefined;
    this.#options.onConnectionEnd();
    const rate = this.#info?.format.sampleRate ?? 1;
    this.#recordedMs += samplesToMillis(samples(connection.recorded), rate);
    return {
      ...(failure ? { problem: failure } : {}),
      endedAt: opened ? endedAt : undefined,
      lastedMs: samplesToMillis(samples(connection.captured), rate),
    };
  }

  /** Until a person wakes it when `ms` is undefined. */
  async #sleep(ms: number | undefined): Promise<void> {
    await new Promise<void>((fulfil) => {
      const timer = ms === undefined ? undefined : setTimeout(fulfil, ms);
      this.#wake = () => {
        clearTimeout(timer);
        fulfil();
      };
      if (this.#stop.signal.aborted) this.#wake();
    });
    this.#wake = undefined;
  }

  #recover(state: SourceState): void {
    this.#problem = undefined;
    this.#nextTryAt = undefined;
    this.#attempt = 0;
    this.#enter(state);
  }

  /** Closing the file may take as long as a hung disk does: nothing is recorded from now on, and that is said. */
  #tellFailure(error: LongtakeError): void {
    if (this.#stop.signal.aborted) return;
    this.#problem = toWireError(error);
    this.#enter('reconnecting');
  }

  #asProblem(error: unknown): LongtakeError {
    if (error instanceof LongtakeError) return error;
    this.#context.log.error('A source ended with an unexpected error.', {
      source: this.#options.config.name,
      error: errorText(error),
    });
    const wire = toWireError(error);
    return new LongtakeError(wire.code, wire.message, { cause: error });
  }

  /** Waits until it is time, or until a person asks for the next try; without a delay, for the person alone. */
  async #waitForNextTry(problem: LongtakeError, delayMs: number | undefined): Promise<void> {
    this.#attempt += 1;
    this.#gaveUp = delayMs === undefined;
    this.#problem = toWireError(problem);
    this.#nextTryAt = delayMs === undefined ? undefined : millis(this.#context.clock.now() + delayMs);
    this.#context.log.warn(problem.message, {
      source: this.#options.config.name,
      code: problem.code,
      attempt: this.#attempt,
      ...(delayMs === undefined ? { gaveUp: true } : { nextTryInMs: Math.round(delayMs) }),
    });
    this.#enter(this.#gaveUp || needsPerson.has(problem.code) ? 'failed' : 'reconnecting');
    await this.#sleep(delayMs);
    if (!this.#gaveUp) return;
    this.#gaveUp = false;
    this.#attempt = 0;
  }

  #enter(state: SourceState): void {
    if (state !== this.#state) this.#since = this.#context.clock.now();
    this.#state = state;
    this.#publish();
  }

  #publish(): void {
    this.#context.emit({ type: 'statuses', statuses: [this.#status()] });
  }

  #status(): SourceStatus {
    const recording = this.#recordingStatus();
    return {
      sourceId: this.#options.config.id,
      state: this.#armedTime.paused ? 'paused' : this.#state,
      since: this.#isLost || this.#armedTime.paused ? (this.#armedTime.gapFrom ?? this.#since) : this.#since,
      armedAt: this.#options.armedAt,
      ...(recording ? { recording } : {}),
      ...(this.#info ? { format: this.#info.format } : {}),
      ...(this.#info?.device === undefined ? {} : { device: this.#info.device }),
      ...(this.#info?.backend ? { backend: this.#info.backend } : {}),
      ...this.#drift,
      ...(this.#title === undefined ? {} : { title: this.#title }),
      ...(this.#info?.address === undefined ? {} : { address: this.#info.address }),
      ...(this.#problem ? { problem: this.#problem } : {}),
      ...(this.#nextTryAt === undefined ? {} : { nextTryAt: this.#nextTryAt }),
      ...(this.#attempt > 0 ? { attempt: this.#attempt } : {}),
      ...(this.#gaveUp ? { gaveUp: true } : {}),
    };
  }

  get #isLost(): boolean {
    return this.#state === 'reconnecting' || this.#state === 'failed';
  }

  #recordingStatus(): SourceStatus['recording'] {
    const live = this.#connection?.live;
    if (!live?.opened) return undefined;
    const { id, path, startedAt, bytes, format } = live.recording;
    return {
      id,
      path,
      startedAt,
      durationMs: samplesToMillis(samples(live.samples), format.sampleRate),
      bytes,
      nextBoundaryAt: live.nextBoundaryAt,
    };
  }
}
