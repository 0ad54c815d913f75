import type { AnalysisState } from '../../shared/contract/review.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RecordingId } from '../../shared/units.ts';

/** With a disk that fails, and without a decoder, it is tried again after so long. */
const RETRY_MS = 30_000;
/** How far it is, is told at most this often. */
const TELL_MS = 1000;

export interface AnalysisQueuePorts {
  readonly log: Log;
  readonly recording: (id: RecordingId) => Recording | undefined;
  /** Analyses a recording and keeps what was found. */
  readonly analyse: (
    recording: Recording,
    work: { readonly signal: AbortSignal; readonly onFrames: (frames: number) => void },
  ) => Promise<void>;
  /** It cannot be decoded. */
  readonly onUnreadable: (recording: Recording, error: LongtakeError) => void;
  /** Rejects with DECODER_MISSING, which says how to get one. */
  readonly findDecoder: () => Promise<unknown>;
  /** The computer runs on its battery, and nothing shall be analysed then. */
  readonly isOnBattery: () => boolean;
  readonly tell: (state: AnalysisState) => void;
}

interface Waiting {
  readonly id: RecordingId;
  /** ms since 1970 UTC. */
  readonly startedAt: number;
}

/** Analyses recordings one at a time, the newest first. */
export class AnalysisQueue {
  readonly #ports: AnalysisQueuePorts;
  /** The newest last. */
  #waiting: Waiting[] = [];
  readonly #known = new Set<RecordingId>();
  /** What needs a decoder that is not there. */
  readonly #undecoded = new Map<RecordingId, Waiting>();
  #missingDecoder: string | undefined;
  #current: { readonly recording: Recording; fraction: number; readonly abort: AbortController } | undefined;
  #running: Promise<void> | undefined;
  #done = 0;
  #paused = false;
  #stopped = true;
  #retry: NodeJS.Timeout | undefined;
  #teller: NodeJS.Timeout | undefined;
  #unsorted = false;

  constructor(ports: AnalysisQueuePorts) {
    this.#ports = ports;
  }

  get state(): AnalysisState {
    const waiting = this.#waiting.length + this.#undecoded.size + (this.#current ? 1 : 0);
    const held = this.#held;
    return {
      waiting,
      done: this.#done,
      ...(this.#current
        ? { current: { recordingId: this.#current.recording.id, fraction: this.#current.fraction } }
        : {}),
      ...(held && waiting > 0 ? held : {}),
    };
  }

  /** Nothing is to be analysed now. */
  get isHeld(): boolean {
    return this.#paused || this.#ports.isOnBattery();
  }

  /** Takes recordings that have no envelope, in any order; what is waiting already is not taken twice. */
  add(recordings: readonly Waiting[]): void {
    for (const { id, startedAt } of recordings) {
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      this.#waiting.push({ id, startedAt });
      this.#unsorted = true;
    }
    this.#tellSoon();
    this.#go();
  }

  start(): void {
    this.#stopped = false;
    this.#go();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.reconsider();
  }

  /** Something changed that may hold it up, or let it go on. */
  reconsider(): void {
    if (this.#held && this.#held.held !== 'no decoder') this.#current?.abort.abort();
    this.#tellSoon();
    this.#go();
  }

  /** Gives up what is in work; it is found again at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#teller);
    this.#current?.abort.abort();
    await this.#running;
  }

  get #held(): Pick<AnalysisState, 'held' | 'advice'> | undefined {
    if (this.#paused) return { held: 'paused', advice: 'Go on with the analysis when it suits you.' };
    if (this.#ports.isOnBattery()) {
      return { held: 'battery', advice: 'It goes on when the computer is plugged in, or change the setting.' };
    }
    const onlyUndecoded = this.#undecoded.size > 0 && this.#waiting.length === 0 && !this.#current;
    return onlyUndecoded && this.#missingDecoder !== undefined
      ? { held: 'no decoder', advice: this.#missingDecoder }
      : undefined;
  }

  #go(): void {
    if (this.#stopped || this.#running) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#tellSoon();
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.isHeld) {
      const next = this.#next();
      if (!next) break;
      if (!(await this.#analyse(next))) break;
    }
    const isIdle = this.#waiting.length === 0 && this.#undecoded.size === 0;
    if (isIdle && !this.#stopped) this.#done = 0;
  }

  #next(): Waiting | undefined {
    if (this.#unsorted) this.#waiting.sort((a, b) => a.startedAt - b.startedAt);
    this.#unsorted = false;
    return this.#waiting.pop();
  }

  /** False: not now. */
  async #analyse(waiting: Waiting): Promise<boolean> {
    const recording = this.#ports.recording(waiting.id);
    if (!recording || recording.state === 'recording' || recording.state === 'damaged') {
      this.#known.delete(waiting.id);
      return true;
    }
    const current = { recording, fraction: 0, abort: new AbortController() };
    this.#current = current;
    this.#tellSoon();
    const onFrames = (frames: number): void => {
      current.fraction = recording.samples > 0 ? Math.min(1, frames / recording.samples) : 0;
      this.#tellSoon();
    };
    try {
      await this.#ports.analyse(recording, { signal: current.abort.signal, onFrames });
      this.#finish(waiting);
      return true;
    } catch (error) {
      return this.#failed(waiting, recording, error);
    } finally {
      this.#current = undefined;
      this.#tellSoon();
    }
  }

  #finish({ id }: Waiting): void {
    this.#known.delete(id);
    this.#done += 1;
  }

  #failed(waiting: Waiting, recording: Recording, error: unknown): boolean {
    const { log, onUnreadable } = this.#ports;
    // Whatever is told while everything ends is told of the ending.
    const code = this.#stopped ? 'CANCELLED' : error instanceof LongtakeError ? error.code : undefined;
    switch (code) {
      case 'CANCELLED':
        this.#waiting.push(waiting);
        return false;
      case 'NOT_FOUND':
        log.info('A recording is gone and is not analysed.', { path: recording.path });
        this.#finish(waiting);
        return true;
      case 'DECODER_MISSING':
        this.#undecoded.set(waiting.id, waiting);
        this.#missingDecoder = String((error as LongtakeError).message);
        this.#retrySoon();
        return true;
      case 'DAMAGED':
      case 'FORMAT_UNSUPPORTED':
        log.warn('A recording cannot be analysed.', { path: recording.path, reason: (error as LongtakeError).message });
        onUnreadable(recording, error as LongtakeError);
        this.#finish(waiting);
        return true;
      default:
        log.error('The analysis waits for a while.', { path: recording.path, error: String(error) });
        this.#waiting.push(waiting);
        this.#retrySoon();
        return false;
    }
  }

  #retrySoon(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.lookForDecoder().finally(() => this.#go()), RETRY_MS);
    this.#retry.unref();
  }

  /** A person may have installed one. */
  async lookForDecoder(): Promise<void> {
    if (this.#undecoded.size === 0) return;
    try {
      await this.#ports.findDecoder();
    } catch (error) {
      this.#missingDecoder = error instanceof Error ? error.message : String(error);
      this.#retrySoon();
      return;
    }
    this.#waiting.push(...this.#undecoded.values());
    this.#unsorted = true;
    this.#undecoded.clear();
    this.#missingDecoder = undefined;
    this.#go();
  }

  #tellSoon(): void {
    if (this.#stopped) return;
    this.#teller ??= setTimeout(() => {
      this.#teller = undefined;
      if (!this.#stopped) this.#ports.tell(this.state);
    }, TELL_MS);
    this.#teller.unref();
  }
}
