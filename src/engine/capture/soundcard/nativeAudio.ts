import { createRequire } from 'node:module';
import { LongtakeError } from '../../../shared/errors.ts';

/** A device as PortAudio lists it; its id is its place in the list. */
export interface NativeDevice {
  readonly id: number;
  readonly name: string;
  readonly hostAPIName: string;
  readonly maxInputChannels: number;
  readonly defaultSampleRate: number;
}

export interface NativeHostApi {
  readonly id: number;
  readonly name: string;
  /** Id of a device, or one that no device has. */
  readonly defaultInput: number;
}

export interface NativeInputOptions {
  readonly deviceId: number;
  readonly sampleRate: number;
  readonly channelCount: number;
  /** Bits of an integer sample, where 24 means three bytes; 1 stands for floating point of 32 bits. */
  readonly sampleFormat: 16 | 24 | 32 | 1;
  readonly framesPerBuffer: number;
  /** How many callback buffers may wait to be read; when more come, PortAudio's own buffer overflows. */
  readonly maxQueue: number;
  /** Reports a problem such as an overflow as the `err` of a read instead of printing it. */
  readonly closeOnError: boolean;
}

export interface NativeChunk {
  /** What went wrong; the audio that this read would have returned is lost. */
  readonly err?: string;
  /**
   * As much as was asked for; less only when `finished`. `timestamp`: when its first sample was captured, in whole
   * seconds of a clock of PortAudio's choice, rounded down.
   */
  readonly buf?: Uint8Array & { readonly timestamp?: number };
  /** The stream is being closed and nothing more is queued at this moment. */
  readonly finished?: boolean;
}

export interface NativeInput {
  start(): void;
  /** Waits, on a thread of libuv's pool, for `bytes` bytes. */
  read(bytes: number): Promise<NativeChunk>;
  quit(how: 'WAIT' | 'ABORT'): Promise<void>;
}

/** The part of naudiodon's binding that is used. Each call may throw an Error with PortAudio's text. */
export interface NativeAudio {
  getDevices(): readonly NativeDevice[];
  getHostAPIs(): { readonly defaultHostAPI: number; readonly HostAPIs: readonly NativeHostApi[] };
  create(options: { readonly inOptions: NativeInputOptions }): NativeInput;
}

/**
 * Loads the binding below naudiodon's JavaScript: its stream wrapper drops the last, partly filled buffer when it is
 * closed, and prints every error. Loading waits until a soundcard is asked for, so that all else works without it.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE
 */
export function loadNativeAudio(): NativeAudio {
  try {
    const require = createRequire(import.meta.url);
    return require('naudiodon/build/Release/naudiodon.node') as NativeAudio;
  } catch (cause) {
    throw new LongtakeError(
      'AUDIO_SYSTEM_UNAVAILABLE',
      'Soundcards cannot be used because the audio library did not load. Streams and the test signal work; ' +
        'installing Longtake again may help.',
      { cause, details: { reason: cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause) } },
    );
  }
}
