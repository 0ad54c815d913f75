import type { Recording } from '../../shared/domain/recording.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import type { Grown, Growth } from '../clips/scanSlice.ts';
import type { EnvelopeEvent } from '../recorder/protocol.ts';

/** What grew is decoded this often: about once a minute, and before the analyst ends for want of work, ms. */
const INTERVAL_MS = 50_000;
/** The first time sooner, so that a stream is seen soon, ms. */
const FIRST_MS = 10_000;
const LOOK_MS = 2_000;
/** After work, so many times as long nothing is done. */
const REST = 3;
/** With more than this left to decode when a recording closes, the queue does it, which shows how far it is, s. */
const MOST_AT_CLOSE_S = 600;
const MOST_FAILURES = 3;

export interface GrowingPorts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
  /** Rejects with CANCELLED, DECODER_MISSING, DAMAGED, ... */
  readonly scan: (growth: Growth, signal: AbortSignal) => Promise<Grown>;
  readonly isHeld: () => boolean;
  /** Takes what was found as if the recorder had measured it. */
  readonly heard: (event: EnvelopeEvent) => void;
}

/** It cannot be decoded in parts, and is analysed once it is closed. */
const isGivenUp = ({ failures }: Growing): boolean => failures >= MOST_FAILURES;

interface Growing {
  recording: Recording;
  /** Sample frames. */
  done: number;
  /** Monotonic, ms. */
  dueAt: number;
  /** In a row: what has just begun may hold nothing to decode yet, and what ends the analyst must not do so for ever. */
  failures: number;
}

/**
 * Streams that are being recorded, whose envelope the recorder does not measure: what each grew by is decoded about once
 * a minute, one at a time, so that its sections are there while it is recorded and little is left when it closes.
 */
export class GrowingRecordings {
  readonly #ports: GrowingPorts;
  readonly #growing = new Map<RecordingId, Growing>();
  #work: Promise<unknown> = Promise.resolve();
  #isBusy = false;
  #restUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #abort = new AbortController();

  constructor(ports: GrowingPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#abort = new AbortController();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#abort.abort();
    this.#growing.clear();
    await this.#work;
  }

  /** A recording was opened, or its row changed. */
  follow(recording: Recording): void {
    if (recording.sourceKind !== 'stream') return;
    const known = this.#growing.get(recording.id);
    if (known) known.recording = recording;
    else {
      const dueAt = this.#ports.clock.monotonic() + FIRST_MS;
      this.#growing.set(recording.id, { recording, done: 0, dueAt, failures: 0 });
    }
  }

  /** A recording was closed: decodes the rest of it, unless that is much. */
  async finish(recording: Recording): Promise<void> {
    const growing = this.#growing.get(recording.id);
    this.#growing.delete(recording.id);
    // A studio that shares its folder analyses nothing.
    if (!growing || !this.#timer || recording.state !== 'complete') return;
    growing.recording = recording;
    await this.#alone(async () => {
      const left = recording.samples - growing.done;
      if (left > MOST_AT_CLOSE_S * recording.format.sampleRate) return;
      while (!isGivenUp(growing) && !this.#ports.isHeld() && (await this.#scan(growing, true)) === 'more');
    });
  }

  /** Their recorder is gone: what it was recording is analysed once it is mended. Without sources: all. */
  forget(sourceIds?: readonly SourceId[]): void {
    for (const [id, { recording }] of this.#growing) {
      if (!sourceIds || sourceIds.includes(recording.sourceId)) this.#growing.delete(id);
    }
  }

  #look(): void {
    const now = this.#ports.clock.monotonic();
    if (this.#isBusy || now < this.#restUntil || this.#ports.isHeld()) return;
    const [next] = [...this.#growing.values()]
      .filter((growing) => !isGivenUp(growing) && growing.dueAt <= now)
      .sort((one, other) => one.dueAt - other.dueAt);
    if (!next) return;
    void this.#alone(async () => {
      if (this.#growing.get(next.recording.id) !== next) return;
      const begun = this.#ports.clock.monotonic();
      await this.#scan(next, false);
      const ended = this.#ports.clock.monotonic();
      next.dueAt = ended + INTERVAL_MS;
      this.#restUntil = ended + REST * (ended - begun);
    });
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const mine = this.#work.then(async () => {
      if (this.#abort.signal.aborted) return;
      this.#isBusy = true;
      try {
        await work();
      } finally {
        this.#isBusy = false;
      }
    });
    this.#work = mine;
    await mine;
  }

  /** Never rejects. */
  async #scan(growing: Growing, isLast: boolean): Promise<'more' | 'done'> {
    const { recording, done: from } = growing;
    const { signal } = this.#abort;
    try {
      const { levels, pairs, to, isEnd } = await this.#ports.scan({ recording, from, isLast }, signal);
      // Its recorder may have ended meanwhile.
      const isWanted = isLast || this.#growing.get(recording.id) === growing;
      if (signal.aborted || !isWanted) return 'done';
      growing.done = to;
      growing.failures = 0;
      if (to > from || isEnd) {
        this.#ports.heard({ type: 'envelope', recordingId: recording.id, levels, pairs, frames: to, isLast: isEnd });
      }
      return isEnd || to === from ? 'done' : 'more';
    } catch (error) {
      const code = error instanceof LongtakeError ? error.code : undefined;
      // A person may install one.
      if (code !== 'DECODER_MISSING' && code !== 'CANCELLED') growing.failures += 1;
      if (!signal.aborted) {
        this.#ports.log.debug('A stream is analysed once its recording is closed.', {
          path: recording.path,
          reason: errorText(error),
        });
      }
      return 'done';
    }
  }
}
