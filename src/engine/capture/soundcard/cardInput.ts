import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import type { LongtakeError } from '../../../shared/errors.ts';
import type { Millis } from '../../../shared/units.ts';
import type { InputDevice } from './deviceMatch.ts';
import type { NativeChunk } from './nativeAudio.ts';

/** What a device is opened with; `channels` are the device's, from the first on. */
export type InputFormat = Pick<SoundcardConfig, 'sampleRate' | 'bitDepth' | 'float' | 'channels'>;

export interface CardChunk extends NativeChunk {
  /** So much audio was lost just before; known to the back end, and nothing to guess. */
  readonly missing?: Millis;
  /** The input has ended by itself. */
  readonly failure?: LongtakeError;
}

/** An open input of a soundcard, whatever captures it. */
export interface CardInput {
  readonly device: Pick<InputDevice, 'name' | 'hostApi' | 'identity'>;
  readonly format: InputFormat;
  /** Audio that is lost with a read that reports a problem. */
  readonly readMs: Millis;
  /** Waits for audio. Audio that came before {@link close} can still be read after it; then `finished`. */
  read(): Promise<CardChunk>;
  /**
   * Ends capturing: `WAIT` takes what the device has already, `ABORT` does not. The first call decides. False when
   * closing hangs.
   */
  close(how: 'WAIT' | 'ABORT'): Promise<boolean>;
}
