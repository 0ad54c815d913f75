import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { Scope } from '../../shared/scope.ts';
import { LEVEL_WINDOWS_PER_SECOND, LevelMeter, type LevelWindow } from '../containers/levels.ts';
import { fromFirstFrame } from './fileStart.ts';
import { LevelPacer } from './levelPacer.ts';
import { pause, tailFile, type TailTiming } from './tailFile.ts';

const TICK_MS = 1000 / LEVEL_WINDOWS_PER_SECOND;
/** A decoder may stumble over the place where it began; after as many tries in a row the file is not what it should be. */
const MAX_TRIES = 5;
const RETRY_MS = 1000;

export interface StreamMeterOptions {
  readonly fileSystem: FileSystem;
  readonly decoder: Decoder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timing?: TailTiming;
  /** Between two tries, ms. */
  readonly retryMs?: number;
  /** Ten times a second while there is audio, at most about a second after it was written. */
  onLevels(levels: LevelWindow): void;
}

/**
 * Measures the levels of a recording of coded audio while another process writes it. Resolves when the file stops
 * growing or `signal` is aborted. Rejects with DECODER_MISSING, DAMAGED, or a Node error of the disk.
 */
export async function meterGrowingFile(
  audio: { readonly path: string; readonly container: Container },
  options: StreamMeterOptions,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await listen(audio, options, () => {
      tries = 1;
    });
    if (outcome === undefined || options.signal.aborted) return;
    if (outcome.code !== 'DAMAGED' || tries >= MAX_TRIES) throw outcome;
    await pause(options.retryMs ?? RETRY_MS, options.signal);
  }
}

/** Returns the error of the decoder, if it was one. */
async function listen(
  audio: { readonly path: string; readonly container: Container },
  { fileSystem, decoder, clock, signal, timing, onLevels }: StreamMeterOptions,
  onAudio: () => void,
): Promise<LongtakeError | undefined> {
  const scope = new Scope();
  const pacer = new LevelPacer();
  try {
    const tail = tailFile(fileSystem, audio, { clock, signal, ...(timing ? { timing } : {}) });
    const { sampleRate, channels, chunks } = await decoder.decodeLive(
      audio.container,
      fromFirstFrame(tail, audio.container),
      signal,
    );
    const meter = new LevelMeter({ sampleRate, channels, bitDepth: 16 });
    scope.interval(TICK_MS, () => {
      const levels = pacer.take();
      if (levels) onLevels(levels);
    });
    for await (const bytes of chunks) {
      onAudio();
      pacer.push(meter.push({ bytes, samples: bytes.length / (2 * channels) }));
    }
    return undefined;
  } catch (error) {
    if (error instanceof LongtakeError) return error;
    throw error;
  } finally {
    await scope.dispose();
  }
}
