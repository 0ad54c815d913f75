import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { Scope } from '../../../shared/scope.ts';
import type { AudioSource, CaptureInfo, CaptureListener } from '../audioSource.ts';
import { DataWatchdog, WATCHDOG_CHECK_MS, type WatchdogLimits } from './dataWatchdog.ts';
import { audioMissing, audioOverflowed, deviceLost, deviceNotFound } from './deviceErrors.ts';
import { matchDevice } from './deviceMatch.ts';
import type { NativeChunk } from './nativeAudio.ts';
import { type DeviceListing, type PortAudio, type PortAudioInput, portAudio } from './portAudio.ts';
import { SampleClockAudit } from './sampleClockAudit.ts';

/** PulseAudio's monitors took up to 2.0 s to deliver their first data; a device that is gone is noticed within 3 s. */
const DEFAULT_LIMITS: WatchdogLimits = { firstMs: 8000, nextMs: 2000 };

/** A read that took longer than this had to wait for the device: nothing was queued. */
const AWAITED_MS = 15;

export interface SoundcardSourceOptions {
  readonly config: SoundcardConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a device may be quiet before it counts as lost. */
  readonly limits?: WatchdogLimits;
  /** The process's own unless a test brings another. */
  readonly audio?: PortAudio;
}

/**
 * A soundcard through PortAudio. Blocks hold what PortAudio gave, unchanged. Fails with DEVICE_NOT_FOUND (details:
 * `listFrozen` when a process started now may find it), DEVICE_BUSY, DEVICE_FORMAT, DEVICE_LOST, TOO_SLOW (some audio
 * was missed) or AUDIO_SYSTEM_UNAVAILABLE.
 */
export function createSoundcardSource(options: SoundcardSourceOptions): AudioSource {
  return { run: (listener, signal) => runSoundcard(options, listener, signal) };
}

async function runSoundcard(
  { config, clock, log, limits = DEFAULT_LIMITS, audio = portAudio }: SoundcardSourceOptions,
  listener: CaptureListener,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const input = await audio.openInput((listing) => choose(config, listing), config, log);
  const scope = new Scope();
  const run = new SoundcardRun(config, clock, log, input, listener);
  try {
    log.info('An input is open.', { device: input.device.name, hostApi: input.device.hostApi });
    listener.onOpen(infoOf(config, input));
    const stop = (): void => run.end('WAIT');
    signal.addEventListener('abort', stop, { once: true });
    scope.add(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
    const watchdog = new DataWatchdog(clock, limits);
    scope.interval(WATCHDOG_CHECK_MS, () => {
      if (watchdog.expired()) run.end('ABORT');
    });
    await Promise.race([run.deliver(() => watchdog.feed()), run.abandoned]);
    if (!signal.aborted) throw deviceLost(input.device);
  } finally {
    await scope.dispose();
    await input.close('ABORT');
  }
}

function choose(config: SoundcardConfig, { inputs, frozen }: DeviceListing) {
  const device = matchDevice(config.device, inputs);
  if (!device) throw deviceNotFound(config, inputs, frozen);
  return device;
}

function infoOf(
  { sampleRate, channels, bitDepth, float, container }: SoundcardConfig,
  input: PortAudioInput,
): CaptureInfo {
  return {
    format: { codec: 'pcm', sampleRate, channels, bitDepth, ...(float === true ? { float } : {}) },
    container: container ?? 'wav',
    label: input.device.name,
  };
}

/** One run from opening to closing. */
class SoundcardRun {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #input: PortAudioInput;
  readonly #listener: CaptureListener;
  readonly #audit: SampleClockAudit;
  readonly #bytesPerFrame: number;
  #delivered = false;
  #ending = false;
  #holed = false;
  #abandon: () => void = () => undefined;
  /** Resolves when closing hangs, and with it perhaps a read. */
  readonly abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });

  constructor(config: SoundcardConfig, clock: Clock, log: Log, input: PortAudioInput, listener: CaptureListener) {
    this.#clock = clock;
    this.#log = log;
    this.#input = input;
    this.#listener = listener;
    this.#audit = new SampleClockAudit(config.sampleRate);
    this.#bytesPerFrame = (config.channels * config.bitDepth) / 8;
  }

  /** Begins to close the input; {@link deliver} then comes to its end. */
  end(how: 'WAIT' | 'ABORT'): void {
    if (this.#ending) return;
    this.#ending = true;
    void this.#close(how);
  }

  /** Hands over all audio until the input is closed. */
  async deliver(onData: () => void): Promise<void> {
    let closed = false;
    for (;;) {
      const askedAt = this.#clock.monotonic();
      const chunk = await this.#input.read();
      if (chunk.err !== undefined) {
        this.#onProblem(chunk.err);
      } else if (chunk.buf !== undefined && chunk.buf.length > 0) {
        onData();
        if (!this.#holed) this.#onAudio(chunk.buf, askedAt);
      } else if (chunk.finished === true) {
        if (closed) return;
        // More may have come between the last read and the moment at which the device stood still.
        closed = true;
        await this.#input.close('WAIT');
      }
    }
  }

  #onAudio(bytes: Uint8Array, askedAt: number): void {
    const arrivedAt = this.#clock.monotonic();
    const samples = bytes.length / this.#bytesPerFrame;
    this.#delivered = true;
    this.#listener.onBlock({ bytes, samples }, arrivedAt);
    const missing = this.#audit.add(samples, arrivedAt, arrivedAt - askedAt > AWAITED_MS);
    if (missing !== undefined && !this.#ending) {
      throw audioMissing(this.#input.device, missing);
    }
  }

  /**
   * The binding throws away the audio of a read that reports a problem, so what follows does not join on. Before the
   * first audio that does no harm; in the moment of closing it only means that the end is missing.
   */
  #onProblem(problem: NonNullable<NativeChunk['err']>): void {
    this.#log.warn('PortAudio reports a problem.', { device: this.#input.device.name, problem });
    if (!this.#delivered) return;
    if (!this.#ending) throw audioOverflowed(this.#input.device, problem.trim());
    this.#holed = true;
  }

  async #close(how: 'WAIT' | 'ABORT'): Promise<void> {
    try {
      const closed = await this.#input.close(how);
      if (!closed) this.#abandon();
    } catch (error) {
      this.#log.error('An input could not be closed.', { device: this.#input.device.name, error: String(error) });
      this.#abandon();
    }
  }
}
