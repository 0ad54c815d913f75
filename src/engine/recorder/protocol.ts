import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { Levels, SourceConfig, SourceStatus } from '../../shared/domain/source.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { Title } from '../../shared/domain/title.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';

/** How recordings are named, split, placed and tagged. */
export type RecordingPlan = Pick<Settings, 'recordingsFolder' | 'splitSeconds' | 'filenamePattern'> &
  Partial<Pick<Settings, 'minFreeBytes' | 'tagStreams'>>;

/** How long a lost source is tried again. */
export interface RetryPolicy {
  /**
   * So many failures of the input in a row end it; with 0, as with 1, the first one does. A disk that is full or broken
   * is no failure of the input.
   */
  readonly maxTries: number;
  /** Wait between two tries. */
  readonly delaySeconds: number;
}

/** What holds for a source in one run of the program, beside its configuration. */
export interface ArmTerms {
  /** Absolute; in place of the plan's folder. */
  readonly recordingsFolder?: string;
  /** Absent: it is tried again, more and more rarely, for as long as it is armed. */
  readonly retry?: RetryPolicy;
}

/** A source with all that is needed to open it. Lives in memory only: it may hold a password. */
export interface ArmedSource extends ArmTerms {
  readonly config: SourceConfig;
  readonly password?: string;
  /** Failures in a row in a recorder before this one. */
  readonly failures?: number;
  /** It is paused: the input is opened, and nothing of it is kept. */
  readonly paused?: boolean;
  /** What was recorded since it was armed, ms, by recorders before. */
  readonly recordedMs?: number;
  /** Recordings of the same arming that are not in `recordedMs`, because nobody has closed them yet. */
  readonly unfinished?: readonly RecordingId[];
  /** The open gap in which another recorder left it. */
  readonly gap?: Gap;
}

/** What an earlier recorder left open. */
export interface Interrupted {
  readonly recordings: readonly Recording[];
  readonly gaps: readonly Gap[];
  /** Since when nothing was captured of sources that left neither; ms since 1970 UTC. */
  readonly left: readonly { readonly sourceId: SourceId; readonly at: number }[];
  /** Sources that are armed again now. */
  readonly resumed: readonly SourceId[];
}

/** Main to recorder. */
export type RecorderCommand =
  | { readonly type: 'start'; readonly plan: RecordingPlan; readonly interrupted: Interrupted }
  | { readonly type: 'plan'; readonly plan: RecordingPlan }
  | { readonly type: 'arm'; readonly source: ArmedSource; readonly armedAt: number }
  /** `callId` comes back in `disarmed` when the source's file is closed. */
  | { readonly type: 'disarm'; readonly sourceId: SourceId; readonly reason: string; readonly callId: number }
  /** Like `disarm`, for a source that goes on in another recorder: it stays armed and its gap stays open. */
  | { readonly type: 'release'; readonly sourceId: SourceId; readonly callId: number }
  | { readonly type: 'retry'; readonly sourceId: SourceId }
  /** Another device is meant now: what is captured ends as lost for this reason, and the device is looked for anew. */
  | { readonly type: 'reopen'; readonly sourceId: SourceId; readonly reason: string }
  /** The input stays open; nothing is kept until `resume`. */
  | { readonly type: 'pause'; readonly sourceId: SourceId }
  | { readonly type: 'resume'; readonly sourceId: SourceId }
  /** A new recording begins. */
  | { readonly type: 'split'; readonly sourceId: SourceId }
  | { readonly type: 'watch'; readonly sourceIds: readonly SourceId[] }
  /** Close everything and end. */
  | { readonly type: 'stop'; readonly reason: string };

/** Envelope and peaks of a recording of PCM, measured while it is written; about once a second of audio, in order. */
export interface EnvelopeEvent {
  readonly type: 'envelope';
  readonly recordingId: RecordingId;
  /** RMS of all channels together per 100 ms, in steps of level. */
  readonly levels: Uint16Array;
  /** Lowest and highest sample per 20 ms. */
  readonly pairs: Int16Array;
  /** Sample frames that were measured in all. */
  readonly frames: number;
  /** The recording is closed: nothing follows. */
  readonly isLast: boolean;
}

/** Recorder to main. */
export type RecorderEvent =
  /** Interrupted recordings are repaired; arming may begin. */
  | { readonly type: 'ready' }
  /** Once a second: the recorder is not stuck. */
  | { readonly type: 'alive' }
  /** Every file is closed; nothing follows. */
  | { readonly type: 'stopped' }
  /** Of every source that records or is paused, once a second; of others, and at once, when something changes. */
  | { readonly type: 'statuses'; readonly statuses: readonly SourceStatus[] }
  | { readonly type: 'disarmed'; readonly sourceId: SourceId; readonly callId: number }
  /** The source has recorded its longest length, and its files are closed: it is to be disarmed. */
  | { readonly type: 'reached'; readonly sourceId: SourceId }
  /** A disk has too little room to record to, or has room again. */
  | { readonly type: 'disk'; readonly root: string; readonly full: boolean; readonly freeBytes: number }
  | { readonly type: 'recording'; readonly recording: Recording }
  | { readonly type: 'gap'; readonly gap: Gap }
  /** A line of the ledger about arming. */
  | { readonly type: 'arming'; readonly entry: Extract<LedgerEntry, { type: 'armed' | 'disarmed' }> }
  /** `heardAt`: ms since 1970 UTC. */
  | { readonly type: 'title'; readonly title: Title; readonly heardAt: number }
  | { readonly type: 'levels'; readonly levels: readonly Levels[] }
  | EnvelopeEvent
  /** Once a second, of every source that records. */
  | { readonly type: 'signals'; readonly signals: readonly SignalReport[] }
  | ({ readonly type: 'log' } & LogLine);
