import type { GeneratorConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { Scope } from '../../../shared/scope.ts';
import { millis } from '../../../shared/units.ts';
import type { AudioSource, CaptureInfo, CaptureListener } from '../audioSource.ts';
import { renderSignal } from './signal.ts';

const TICK_MS = 50;
/** Largest block, in seconds, and how much is made up for in one tick after a stall. */
const BLOCK_SECONDS = 0.1;
const CATCH_UP_SECONDS = 5;
/** A stall that is longer is a gap, as it is with a soundcard, whose queue holds as much. */
export const GENERATOR_MAX_STALL_SECONDS = 30;

const programmeNames = {
  tone: 'steady tone',
  bursts: 'noise bursts',
  mixed: 'tones, bursts and silence',
} as const satisfies Record<GeneratorConfig['programme'], string>;

export interface GeneratorSourceOptions {
  readonly config: GeneratorConfig;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A test signal in real time: at any instant as many samples were made as the monotonic clock has passed since the
 * run began. Each run begins with sample 0 of the signal. Fails with TOO_SLOW after a stall of more than
 * {@link GENERATOR_MAX_STALL_SECONDS}.
 */
export function createGeneratorSource(options: GeneratorSourceOptions): AudioSource {
  return { run: (listener, signal) => new GeneratorRun(options, listener).until(signal) };
}

class GeneratorRun {
  readonly #config: GeneratorConfig;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listener: CaptureListener;
  readonly #startedAt: number;
  #made = 0;

  constructor({ config, clock, log }: GeneratorSourceOptions, listener: CaptureListener) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#listener = listener;
    this.#startedAt = clock.monotonic();
  }

  async until(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#listener.onOpen(this.#info());
    const scope = new Scope();
    try {
      await new Promise<void>((resolve, reject) => {
        const attempt = (action: () => void): void => {
          try {
            action();
          } catch (error) {
            reject(error);
          }
        };
        scope.interval(TICK_MS, () => attempt(() => this.#catchUp(CATCH_UP_SECONDS)));
        const onAbort = (): void =>
          attempt(() => {
            this.#catchUp(GENERATOR_MAX_STALL_SECONDS);
            resolve();
          });
        signal.addEventListener('abort', onAbort, { once: true });
        scope.add(() => signal.removeEventListener('abort', onAbort));
      });
    } finally {
      await scope.dispose();
    }
  }

  /** Delivers what is due, `mostSeconds` of it at most. */
  #catchUp(mostSeconds: number): void {
    const { sampleRate } = this.#config;
    const due = Math.floor(((this.#clock.monotonic() - this.#startedAt) * sampleRate) / 1000);
    const behindSeconds = (due - this.#made) / sampleRate;
    if (behindSeconds > GENERATOR_MAX_STALL_SECONDS) throw this.#tooSlow(behindSeconds);
    const until = Math.min(due, this.#made + mostSeconds * sampleRate);
    while (this.#made < until) this.#deliver(Math.min(until - this.#made, BLOCK_SECONDS * sampleRate));
  }

  #deliver(samples: number): void {
    const bytes = renderSignal(this.#config, this.#made, samples);
    this.#made += samples;
    const arrivedAt = millis(this.#startedAt + (this.#made * 1000) / this.#config.sampleRate);
    this.#listener.onBlock({ bytes, samples }, arrivedAt);
  }

  #tooSlow(seconds: number): LongtakeError {
    this.#log.warn('The test signal stalled.', { seconds });
    return new LongtakeError(
      'TOO_SLOW',
      `The computer was too busy or asleep for ${Math.round(seconds)} s. Close other programs if this happens often.`,
      { details: { seconds: Math.round(seconds) } },
    );
  }

  #info(): CaptureInfo {
    const { sampleRate, channels, bitDepth, programme, container } = this.#config;
    return {
      format: { codec: 'pcm', sampleRate, channels, bitDepth },
      container: container ?? 'wav',
      label: `Test signal: ${programmeNames[programme]}`,
    };
  }
}
