import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { AudioSource, CaptureListener } from '../audioSource.ts';
import { type CardHub, cardHub } from './cardHub.ts';
import type { WatchdogLimits } from './dataWatchdog.ts';

/** PulseAudio's monitors took up to 2.0 s to deliver their first data; a device that is gone is noticed within 3 s. */
const DEFAULT_LIMITS: WatchdogLimits = { firstMs: 8000, nextMs: 2000 };

export interface SoundcardSourceOptions {
  readonly config: SoundcardConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a device may be quiet before it counts as lost. */
  readonly limits?: WatchdogLimits;
  /** The process's own unless a test brings another. */
  readonly hub?: CardHub;
}

/**
 * A soundcard, through PortAudio or arecord. Blocks hold what the device gave, unchanged, of the channels that are
 * recorded. Sources of one card share it. Fails with DEVICE_NOT_FOUND (details: `listFrozen` when a process started
 * now may find it), DEVICE_BUSY, DEVICE_FORMAT, DEVICE_LOST or AUDIO_SYSTEM_UNAVAILABLE. Audio that was missed is a hole
 * with the problem TOO_SLOW.
 */
export function createSoundcardSource(options: SoundcardSourceOptions): AudioSource {
  return { run: (listener, signal) => runSoundcard(options, listener, signal) };
}

async function runSoundcard(
  { config, clock, log, limits = DEFAULT_LIMITS, hub = cardHub }: SoundcardSourceOptions,
  listener: CaptureListener,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { ended, leave } = await hub.join(config, listener, { clock, log, limits });
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    await ended;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
