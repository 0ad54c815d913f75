import type { CaptureInfo, CaptureListener } from '../capture/audioSource.ts';
import { type Block, splitBlock } from '../containers/block.ts';
import { areAlike } from '../containers/streamHeaders.ts';
import type { LongtakeError } from '../../shared/errors.ts';
import { type Millis, millis } from '../../shared/units.ts';
import { CaptureWarnings } from './captureWarnings.ts';
import { CapturePosition } from './capturePosition.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import type { RecorderContext } from './context.ts';
import { Cuts, tooManyCuts } from './cuts.ts';
import type { LiveRecording } from './liveRecording.ts';
import {
  addBlock,
  blocksOf,
  type Captured,
  hasBurst,
  isTooShort,
  holeInStream,
  planned,
  type NextRecording,
} from './nextRecording.ts';
import { PauseSwitch } from './pauseSwitch.ts';
import { RecordingChain } from './recordingChain.ts';
import { SHORTEST_RECORDING_MS, SourceBoundaries } from './sourceBoundaries.ts';

/** Hz; until the source is open. */
const UNKNOWN_RATE = 1;

/**
 * One unbroken capture of a source, cut into recordings at boundaries. What arrives goes into exactly one recording,
 * in order: the first unit of a recording is the one after the last unit of the recording before.
 */
export class Connection implements CaptureListener {
  readonly #context: RecorderContext;
  readonly #options: ConnectionOptions;
  readonly #chain: RecordingChain;
  readonly #cuts: Cuts;
  readonly #warnings: CaptureWarnings;
  readonly #boundaries: SourceBoundaries;
  #info: CaptureInfo | undefined;
  #at: CapturePosition;
  #next: NextRecording | undefined;
  readonly #pauses: PauseSwitch;
  /** Sample frames that went into recordings. */
  #kept = 0;
  #skipped = 0;
  #ended = false;

  constructor(context: RecorderContext, options: ConnectionOptions) {
    this.#context = context;
    this.#options = options;
    this.#at = new CapturePosition(context.clock, UNKNOWN_RATE);
    this.#chain = new RecordingChain(context, options);
    this.#pauses = new PauseSwitch(options.paused);
    this.#cuts = new Cuts(context.clock);
    this.#warnings = new CaptureWarnings(context.log, options.source.name);
    this.#boundaries = new SourceBoundaries(context, options.source);
  }

  get live(): LiveRecording | undefined {
    return this.#chain.live;
  }

  /** Sample frames that are recorded. */
  get recorded(): number {
    return this.#kept - this.#chain.missing;
  }

  /** Sample frames that arrived. */
  get captured(): number {
    return this.#at.total;
  }

  onOpen(info: CaptureInfo): void {
    this.#info = info;
    this.#at = new CapturePosition(this.#context.clock, info.format.sampleRate);
    this.#options.onOpen(info);
  }

  onTitle(title: string): void {
    this.#chain.hear(title, this.#at.sample);
    this.#options.onTitle(title);
  }

  onDrift(ppm: number, uncertaintyPpm: number): void {
    this.#options.onDrift?.(ppm, uncertaintyPpm);
  }

  onSkipped(bytes: number): void {
    this.#skipped += bytes;
  }

  onBlock(block: Block, arrivedAt: Millis): void {
    if (this.#ended || block.bytes.length === 0) return;
    this.followClock();
    const before = this.#at.wallTime();
    if (this.#at.observe(block.samples, arrivedAt)) this.#leaveOut(before);
    this.#distribute(block);
    this.#options.onBlock(block);
  }

  onSegment(info: CaptureInfo): void {
    this.#receive({ kind: 'segment', info });
    this.#options.onOpen(info);
  }

  onHole(samples: number, problem?: LongtakeError): void {
    this.#receive({ kind: 'hole', samples, ...(problem ? { problem } : {}) });
  }

  /** The plan changed: the open recording ends at the next boundary of the new one. */
  replan(): void {
    const reached = this.#at.wallTime();
    const next = this.#next;
    if (this.live) this.live.nextBoundaryAt = this.#boundaries.replanned(this.live, reached);
    if (next) this.#next = { ...next, nextBoundaryAt: this.#boundaries.replanned(next, reached) };
  }

  /**
   * Keeps nothing from the sample on that is captured at `at`, a monotonic instant. Returns whether that audio is still
   * to come: then `onPaused` tells where the recording ended.
   */
  pause(at: Millis): boolean {
    if (this.live || this.#next) {
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

  /** Begins a new recording with the sample that is captured now, or as soon as the open one is long enough. */
  split(): void {
    const open = this.#next ?? this.live;
    const at = open && this.#boundaries.split(open, this.#context.clock.now());
    if (at === undefined) return;
    if (this.#next) this.#next = { ...this.#next, nextBoundaryAt: at };
    else if (this.live) this.live.nextBoundaryAt = at;
  }

  /** Resolves when every recording but the open one is closed. */
  async closed(): Promise<void> {
    await this.#chain.closed();
  }

  /**
   * The computer was asleep: what comes now joins nothing, and clocks begin anew. Returns where the audio from before
   * ends, wall clock; nothing when there is none.
   */
  sleep(): Millis | undefined {
    const endsAt = this.captured > 0 ? this.#at.endTime() : undefined;
    this.#interrupt();
    this.#at.follow();
    return endsAt;
  }

  /** Recording cannot go on, although audio comes. What has come is still written. */
  fail(error: LongtakeError): void {
    if (this.#ended) return;
    this.#finishNext();
    this.#ended = true;
    this.#options.onFailure(error);
  }

  /** Closes everything. Returns when capture ended, wall clock, as far as it is on disk; nothing without any. */
  async end(): Promise<Millis | undefined> {
    this.#finishNext();
    this.#ended = true;
    this.#chain.close();
    await this.closed();
    this.#warnings.skipped(this.#skipped);
    return this.captured > 0 ? this.#at.endTime(-this.#chain.lost) : undefined;
  }

  /** Until when capture is on disk, about, in wall-clock time; for an end that a hung disk holds up. */
  get writtenUntil(): Millis | undefined {
    return this.captured > 0 ? this.#at.endTime(-this.#chain.unwritten) : undefined;
  }

  #receive(part: Exclude<Captured, { kind: 'block' }>): void {
    if (this.#ended) return;
    const next = this.#next;
    const isSameRate = part.kind === 'hole' || part.info.format.sampleRate === this.#at.rate;
    if (next?.mayBurst && isSameRate && next.samples > 0) {
      // The time of the first sample is not known yet, nor is that of anything behind it.
      next.parts.push(part);
      return;
    }
    if (next?.mayBurst) {
      this.#finishNext();
      if (!this.live) this.#cuts.isFresh = true;
    }
    this.#apply(part);
  }

  #apply(part: Captured): void {
    if (part.kind === 'block') this.#distribute(part.block);
    else if (part.kind === 'segment') this.#beginSegment(part.info);
    else this.#noteHole(part.samples, part.problem);
  }

  /** Other headers hold for what comes now, and it begins a recording. Nothing is missing in between. */
  #beginSegment(info: CaptureInfo): void {
    this.#cut();
    this.#info = info;
    this.#cuts.isSegmentWhole = true;
    const ratio = info.format.sampleRate / this.#at.rate;
    if (ratio === 1) return;
    this.#chain.close();
    this.#chain.part();
    this.#chain.scale(ratio, this.#at.sample);
    this.#kept = Math.round(this.#kept * ratio);
    this.#at = this.#at.atRate(info.format.sampleRate);
  }

  /** Audio is missing in the input: what comes now begins a recording, which says so. */
  #noteHole(samples: number, problem: LongtakeError | undefined): void {
    if (this.#at.sample === 0) return;
    this.#cut(problem);
    const known = samples > 0 && (problem || this.#at.allows(samples)) ? Math.round(samples) : 0;
    const from = this.#at.wallTime();
    this.#at.advance(known);
    this.#cuts.addHole({ samples: known, isKnown: known > 0 && !problem });
    this.#warnings.hole(known);
    if (known > 0 && !this.#pauses.paused) {
      this.#options.onHole(from, this.#at.wallTime(), problem ?? holeInStream(known, this.#at.rate));
    }
  }

  /** What follows begins a recording; one that is due and has too little audio yet is settled before. */
  #cut(problem?: LongtakeError): void {
    this.#finishNext();
    if (!this.#cuts.allow()) this.fail(problem ?? tooManyCuts(this.#options.source.name));
  }

  #distribute(block: Block): void {
    if (block.samples === 0) {
      this.#takeSilent(block);
      return;
    }
    let rest = block;
    while (rest.samples > 0 && !this.#ended) rest = this.#pauses.paused ? this.#passOver(rest) : this.#record(rest);
  }

  /** What only prepares a decoder for what comes next, or ends a stream. */
  #takeSilent(block: Block): void {
    if (this.#pauses.paused) {
      this.#cuts.isSegmentWhole = false;
      return;
    }
    this.#planIfDue();
    this.#take(block);
  }

  /** Drops what belongs to a pause; returns what comes after it. */
  #passOver(block: Block): Block {
    const [dropped, rest] = splitBlock(block, this.#samplesUntilTurn());
    this.#at.advance(dropped.samples);
    if (dropped.samples > 0) this.#cuts.isSegmentWhole = false;
    if (rest.samples > 0) this.#passTurn();
    return rest;
  }

  /** Takes what belongs to the recording that is due now; returns what comes after it. */
  #record(block: Block): Block {
    this.#planIfDue();
    const boundary = (this.#next ?? this.live)?.nextBoundaryAt ?? millis(Number.POSITIVE_INFINITY);
    const ends = {
      longest: Math.max(0, this.#options.longest(this.#at.rate) - this.#kept),
      turn: this.#samplesUntilTurn(),
      boundary: this.#at.until(boundary),
    };
    const nearest = Math.min(ends.longest, ends.turn, ends.boundary);
    const [mine, rest] = splitBlock(block, nearest);
    this.#take(mine);
    if (rest.samples === 0 || this.#ended) return rest;
    if (nearest === ends.longest) this.#reach();
    else if (nearest === ends.turn) this.#passTurn();
    else {
      this.#openNext();
      this.#next = this.#planNext(this.#boundaries.startAfter(boundary, this.#at.wallTime()));
    }
    return rest;
  }

  #planIfDue(): void {
    if (!this.live || this.#cuts.isDue) this.#next ??= this.#planNext(this.#at.wallTime());
    this.#cuts.isDue = false;
  }

  #passTurn(): void {
    this.#pauses.pass();
    if (!this.#pauses.paused) return;
    this.#interrupt();
    this.#options.onPaused(this.#at.wallTime());
  }

  /** What follows does not join what is recorded so far, which ends at `endsAt`. */
  #interrupt(endsAt = this.#at.wallTime()): void {
    this.#finishNext();
    this.#chain.part();
    this.#chain.close({ at: endsAt, rate: this.#at.rate });
  }

  #leaveOut(endsAt: Millis): void {
    if (!this.live && !this.#next) return;
    this.#interrupt(endsAt);
    this.#options.onMissing(endsAt);
  }

  #reach(): void {
    this.#finishNext();
    this.#ended = true;
    this.#chain.close();
    this.#options.onReached();
  }

  #take(block: Block): void {
    this.#at.advance(block.samples);
    this.#kept += block.samples;
    const next = this.#next;
    if (!next) {
      this.#chain.append(block);
      return;
    }
    addBlock(next, block, this.#at.rate, this.#context.clock);
    const long = next.samples * 1000 >= SHORTEST_RECORDING_MS * this.#at.rate;
    if (long && (!next.mayBurst || hasBurst(next, this.#context.clock))) this.#openNext();
  }

  #planNext(startedAt: Millis): NextRecording {
    if (!this.#info) throw new Error('Audio came before the source was opened.');
    return planned({
      info: this.#info,
      startedAt,
      nextBoundaryAt: this.#boundaries.next(startedAt),
      joins: this.#chain.joins,
      firstSample: this.#at.sample,
      plannedAt: this.#context.clock.monotonic(),
      ...this.#cuts.plan(this.#next),
    });
  }

  /** The recording that is due takes over from the open one. */
  #openNext(): void {
    const next = this.#next;
    if (!next || next.samples === 0) return;
    this.#next = undefined;
    this.#chain.close();
    if (next.mayBurst) this.#beginFirst(next);
    else this.#begin(next, blocksOf(next.parts));
  }

  /**
   * Now that the burst is here, the true time of the first sample is known: the recording starts as long ago as it has
   * audio for.
   */
  #beginFirst(next: NextRecording): void {
    this.#at.advance(-next.samples);
    this.#kept -= next.samples;
    const startedAt = millis(Math.min(next.startedAt, this.#at.wallTime()));
    const nextBoundaryAt = millis(Math.min(next.nextBoundaryAt, this.#boundaries.after(startedAt)));
    this.#begin({ ...next, startedAt, nextBoundaryAt }, []);
    for (const part of next.parts) this.#apply(part);
  }

  #begin(next: NextRecording, blocks: readonly Block[]): void {
    this.#at.settle();
    this.#chain.begin(next, this.#cuts.isSegmentWhole);
    this.#cuts.isSegmentWhole = false;
    for (const block of blocks) this.#chain.append(block);
  }

  /** What is due comes to its end: too short for a recording of its own, it goes to the one before if it fits there. */
  #finishNext(): void {
    const next = this.#next;
    if (!next) return;
    const live = this.live;
    if (!live || !areAlike(live.info.headers, next.info.headers)) {
      if (!isTooShort(next)) return this.#openNext();
      this.#next = undefined;
      this.#skipped += next.bytes;
      return;
    }
    this.#next = undefined;
    this.#cuts.addHole(next.hole);
    for (const block of blocksOf(next.parts)) this.#chain.append(block);
  }

  /** A clock that was set begins a new recording. */
  followClock(): void {
    if (this.#at.step() === undefined) return;
    this.#options.onClockMoved();
    const stepMs = this.#at.step();
    if (stepMs === undefined) return;
    if (this.live) {
      this.#warnings.clockSet(stepMs);
      this.#finishNext();
      this.#chain.close();
    }
    this.#at.follow();
  }

  /** Sample frames until the next turn of the pause switch. */
  #samplesUntilTurn(): number {
    const { dueAt } = this.#pauses;
    return dueAt === undefined ? Number.POSITIVE_INFINITY : this.#at.untilMonotonic(dueAt);
  }
}
