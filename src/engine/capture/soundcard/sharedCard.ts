import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Millis } from '../../../shared/units.ts';
import { Scope } from '../../../shared/scope.ts';
import type { CaptureListener } from '../audioSource.ts';
import type { CardChunk, CardInput } from './cardInput.ts';
import { takeChannels } from './channelPick.ts';
import { DataWatchdog, WATCHDOG_CHECK_MS, type WatchdogLimits } from './dataWatchdog.ts';
import { audioMissing, audioOverflowed, deviceLost } from './deviceErrors.ts';
import { DriftMeter } from './driftMeter.ts';
import { SampleClockAudit } from './sampleClockAudit.ts';

/** A read that took longer than this had to wait for the device: nothing was queued. */
const AWAITED_MS = 15;
/** Blocks that a listener of many waits for one that came as it was captured, before it takes what comes. */
const MOST_WAITED = 300;

export interface SharedCardPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: WatchdogLimits;
}

/** One source that listens to a card. */
interface Share {
  readonly listener: CaptureListener;
  readonly channels: readonly number[];
  readonly settle: (error?: unknown) => void;
  state: 'joining' | 'listening' | 'leaving';
  waited: number;
}

export interface Membership {
  /** As `AudioSource.run` ends. */
  readonly ended: Promise<void>;
  /** Ends it after what was captured until now. */
  leave(): void;
}

/**
 * An open card, to which any number of sources listen: hardware opens once only. Each gets its own channels, comes and
 * goes without touching the others, and the last one closes the card. What befalls the card befalls all of them.
 */
export class SharedCard {
  readonly input: CardInput;
  readonly #ports: SharedCardPorts;
  readonly #shares = new Set<Share>();
  readonly #audit: SampleClockAudit;
  readonly #drift: DriftMeter;
  readonly #sampleBytes: number;
  #delivered = false;
  #ending = false;
  #holed = false;
  #abandon: () => void = () => undefined;
  /** Resolves when closing hangs, and with it perhaps a read. */
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });
  #tellClosed: () => void = () => undefined;
  /** When it is closed, or given up. */
  readonly closed = new Promise<void>((resolve) => {
    this.#tellClosed = resolve;
  });
  #running = false;

  constructor(input: CardInput, ports: SharedCardPorts) {
    this.input = input;
    this.#ports = ports;
    this.#sampleBytes = input.format.bitDepth / 8;
    this.#audit = new SampleClockAudit(input.format.sampleRate);
    this.#drift = new DriftMeter(input.format.sampleRate);
  }

  /** Nobody can join any more. */
  get ending(): boolean {
    return this.#ending;
  }

  /**
   * `channels` of the device, from 1, at most as many as it is open with. Audio is read from the first join on, and
   * handed over after this returned. Calls `onOpen` of nobody.
   */
  join(listener: CaptureListener, channels: readonly number[]): Membership {
    let settle: (error?: unknown) => void = () => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    const share: Share = {
      listener,
      channels,
      settle,
      // What is queued for the others was captured before.
      state: this.#shares.size === 0 ? 'listening' : 'joining',
      waited: 0,
    };
    this.#shares.add(share);
    if (!this.#running) {
      this.#running = true;
      void this.#run().finally(this.#tellClosed);
    }
    return { ended, leave: () => this.#leave(share) };
  }

  #leave(share: Share): void {
    if (share.state === 'leaving' || !this.#shares.has(share)) return;
    share.state = 'leaving';
    share.waited = 0;
    if ([...this.#shares].every(({ state }) => state === 'leaving')) this.#end('WAIT');
  }

  /** Begins to close the input; delivering then comes to its end. */
  #end(how: 'WAIT' | 'ABORT'): void {
    if (this.#ending) return;
    this.#ending = true;
    void this.#close(how);
  }

  async #run(): Promise<void> {
    const scope = new Scope();
    const watchdog = new DataWatchdog(this.#ports.clock, this.#ports.limits);
    let lost = false;
    scope.interval(WATCHDOG_CHECK_MS, () => {
      if (!watchdog.expired()) return;
      lost ||= !this.#ending;
      this.#end('ABORT');
    });
    let failure: unknown;
    try {
      await Promise.race([this.#deliver(() => watchdog.feed()), this.#abandoned]);
    } catch (error) {
      failure = error;
    }
    this.#ending = true;
    await scope.dispose();
    await this.#close('ABORT');
    const ofCard = failure ?? (lost ? deviceLost(this.input.device) : undefined);
    for (const share of this.#shares) {
      // Who was about to leave has all that came.
      this.#remove(share, ofCard ?? (share.state === 'leaving' ? undefined : deviceLost(this.input.device)));
    }
  }

  /** Hands over all audio until the input is closed. */
  async #deliver(onData: () => void): Promise<void> {
    let closed = false;
    for (;;) {
      const askedAt = this.#ports.clock.monotonic();
      const chunk = await this.input.read();
      if (chunk.failure) throw chunk.failure;
      if (chunk.err !== undefined) {
        this.#onProblem(chunk.err, chunk);
      } else if (chunk.buf !== undefined && chunk.buf.length > 0) {
        onData();
        if (!this.#holed) this.#onAudio(chunk.buf, askedAt);
      } else if (chunk.finished === true) {
        if (closed) return;
        // More may have come between the last read and the moment at which the device stood still.
        closed = true;
        await this.input.close('WAIT');
      }
    }
  }

  #onAudio(bytes: NonNullable<CardChunk['buf']>, askedAt: number): void {
    const arrivedAt = this.#ports.clock.monotonic();
    const awaited = arrivedAt - askedAt > AWAITED_MS;
    const samples = bytes.length / (this.input.format.channels * this.#sampleBytes);
    this.#delivered = true;
    const drifted = this.#drift.add(samples, arrivedAt);
    for (const share of this.#shares) this.#tell(share, bytes, samples, arrivedAt, awaited);
    if (drifted) this.#tellDrift();
    const missing = this.#audit.add(samples, arrivedAt, awaited, bytes.timestamp);
    if (missing !== undefined) this.#tellHole(this.#samplesIn(missing), audioMissing(this.input.device, missing));
  }

  #tell(share: Share, bytes: Uint8Array, samples: number, arrivedAt: Millis, awaited: boolean): void {
    share.waited += 1;
    const current = awaited || share.waited >= MOST_WAITED;
    if (share.state === 'joining' && !current) return;
    if (share.state === 'joining') share.state = 'listening';
    try {
      const mine = takeChannels(bytes, this.input.format.channels, this.#sampleBytes, share.channels);
      share.listener.onBlock({ bytes: mine, samples }, arrivedAt);
    } catch (error) {
      this.#remove(share, error);
      if (this.#shares.size === 0) this.#end('ABORT');
      return;
    }
    // The last of them is told of all that comes until the card is closed.
    if (share.state === 'leaving' && current && !this.#ending) this.#remove(share, undefined);
  }

  #tellDrift(): void {
    const { drift } = this.#drift;
    if (drift) for (const { listener } of this.#shares) listener.onDrift?.(drift.ppm, drift.uncertaintyPpm);
  }

  #remove(share: Share, error: unknown): void {
    this.#shares.delete(share);
    share.settle(error);
  }

  /**
   * Audio is lost, so what follows does not join on; but all that is queued still comes. Before the first audio that
   * does no harm; in the moment of closing it only means that the end is missing.
   */
  #onProblem(problem: string, { missing }: CardChunk): void {
    const { device } = this.input;
    this.#ports.log.warn('The audio system reports a problem.', { device: device.name, problem });
    if (!this.#delivered) return;
    if (this.#ending) {
      this.#holed = true;
      return;
    }
    const samples = this.#samplesIn(missing ?? this.input.readMs);
    this.#audit.skip(samples);
    this.#tellHole(
      samples,
      missing === undefined ? audioOverflowed(device, problem.trim()) : audioMissing(device, missing),
    );
  }

  /** Everybody's next audio does not join on what they have. */
  #tellHole(samples: number, problem: LongtakeError): void {
    for (const share of this.#shares) {
      if (share.state !== 'joining') share.listener.onHole(samples, problem);
    }
  }

  /** At least one: that audio is missing is certain. */
  #samplesIn(ms: Millis): number {
    return Math.max(1, Math.round((ms * this.input.format.sampleRate) / 1000));
  }

  async #close(how: 'WAIT' | 'ABORT'): Promise<void> {
    try {
      const closed = await this.input.close(how);
      if (!closed) this.#abandon();
    } catch (error) {
      const text = error instanceof LongtakeError ? error.message : String(error);
      this.#ports.log.error('An input could not be closed.', { device: this.input.device.name, error: text });
      this.#abandon();
    }
  }
}
