import type { Device, SourceDraft, StreamReport } from '../../shared/domain/source.ts';
import type { WireError } from '../../shared/errors.ts';
import type { LogLine } from '../../shared/ports/log.ts';

export type StreamDraft = Extract<SourceDraft, { kind: 'stream' }>;
export type LevelDraft = Exclude<SourceDraft, StreamDraft>;

/** Main to prober. A prober does one job in its life; it ends with its parent or a while after the job. */
export type ProberCommand =
  | { readonly type: 'devices' }
  /** Tells the devices now, and again whenever they change, until the prober is ended. */
  | { readonly type: 'watchDevices' }
  /** Opens the input and tells its levels until the prober is ended. */
  | { readonly type: 'preview'; readonly draft: LevelDraft }
  | { readonly type: 'testStream'; readonly draft: StreamDraft; readonly password?: string }
  | { readonly type: 'stop' };

/** Prober to main. */
export type ProberEvent =
  | { readonly type: 'devices'; readonly devices: readonly Device[] }
  /** dBFS per channel, ten times a second. */
  | { readonly type: 'levels'; readonly peak: readonly number[]; readonly rms: readonly number[] }
  | { readonly type: 'streamReport'; readonly report: StreamReport }
  /** The job failed; nothing follows. */
  | { readonly type: 'error'; readonly error: WireError }
  | ({ readonly type: 'log' } & LogLine);
