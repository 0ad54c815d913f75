import type { CaptureInfo } from '../../src/engine/capture/audioSource.ts';
import type { SoundcardConfig } from '../../src/shared/domain/source.ts';
import type { WireError } from '../../src/shared/errors.ts';

export type CardOptions = Omit<SoundcardConfig, 'kind' | 'id' | 'name'>;

export type CardCommand =
  | { readonly type: 'run'; readonly id: number; readonly file: string; readonly options: CardOptions }
  | { readonly type: 'stop'; readonly id: number }
  /** Asks the file system something again and again from now on, for which a thread of the pool must be free. */
  | { readonly type: 'touch'; readonly file: string };

export type CardEvent =
  | { readonly type: 'open'; readonly id: number; readonly info: CaptureInfo }
  | { readonly type: 'progress'; readonly id: number; readonly samples: number }
  | { readonly type: 'ended'; readonly id: number; readonly samples: number; readonly error?: WireError }
  | { readonly type: 'touched' };
