import type { Container } from '../../shared/domain/recording.ts';
import type { FoundSection } from '../../shared/domain/section.ts';
import type { AnalysedFile } from '../analysis/analyser.ts';
import type { Thresholds } from '../analysis/detect.ts';
import type { ClipRequest } from '../clips/clip.ts';
import type { Grown, Growth } from '../clips/scanSlice.ts';
import type { SampledAudio, StreamSample } from '../analysis/streamSample.ts';
import type { SourceId } from '../../shared/units.ts';
import type { WorkerSaid } from './workerProcess.ts';

/** Main to analyst. Paths are absolute; `callId` comes back with the answer. */
export type AnalystCommand =
  | {
      readonly type: 'peaks';
      readonly callId: number;
      readonly file: AnalysedFile;
      /** Pairs that are wanted at most. */
      readonly points: number;
    }
  /** Peaks of a stretch: the kept ones where they are fine enough, else of the samples themselves. */
  | {
      readonly type: 'slicePeaks';
      readonly callId: number;
      /** Absent while it is being recorded: then no peaks are kept. */
      readonly file?: AnalysedFile;
      readonly slice: ClipRequest;
      readonly points: number;
      readonly framesFolder: string;
    }
  /** Makes the envelope of a file, unless it is kept already, and finds its sections. */
  | {
      readonly type: 'analyse';
      readonly callId: number;
      readonly file: AnalysedFile;
      readonly thresholds: Thresholds;
    }
  /** Envelope and peaks of what a recording of coded audio has grown by. */
  | ({ readonly type: 'grow'; readonly callId: number; readonly framesFolder: string } & Growth)
  /** Finds the sections in kept envelopes. */
  | {
      readonly type: 'detect';
      readonly callId: number;
      readonly envelopes: readonly { readonly levelsFile: string; readonly thresholds: Thresholds }[];
    }
  | { readonly type: 'decoder'; readonly callId: number }
  /** Listens to the end of a recording of coded audio that grows. */
  | ({ readonly type: 'sample'; readonly callId: number } & SampledAudio)
  | { readonly type: 'cancel'; readonly callId: number }
  /** Tells the levels of a recording of coded audio while it grows, until `unmeter`; one file per source. */
  | { readonly type: 'meter'; readonly sourceId: SourceId; readonly path: string; readonly container: Container }
  | { readonly type: 'unmeter'; readonly sourceId: SourceId };

/** Analyst to main. */
export type AnalystEvent =
  | WorkerSaid
  | {
      readonly type: 'peaks';
      readonly callId: number;
      /** min0, max0, min1, max1, ...; -1 to 1. */
      readonly pairs: readonly number[];
      readonly durationMs: number;
    }
  | {
      readonly type: 'slicePeaks';
      readonly callId: number;
      readonly pairs: readonly number[];
      /** s from the start of the recording. */
      readonly fromSeconds: number;
      readonly toSeconds: number;
      readonly exact: boolean;
    }
  /** How much of a file is analysed, sample frames. */
  | { readonly type: 'analysing'; readonly callId: number; readonly frames: number }
  | { readonly type: 'analysed'; readonly callId: number; readonly sections: readonly FoundSection[] }
  | ({ readonly type: 'grown'; readonly callId: number } & Grown)
  /** In the order in which they were asked for; null where no envelope is kept, or it is damaged. */
  | {
      readonly type: 'detected';
      readonly callId: number;
      readonly found: readonly (readonly FoundSection[] | null)[];
    }
  | { readonly type: 'decoder'; readonly callId: number; readonly available: boolean }
  | ({ readonly type: 'sample'; readonly callId: number } & StreamSample)
  | {
      readonly type: 'levels';
      readonly sourceId: SourceId;
      /** dBFS per channel. */
      readonly peak: readonly number[];
      readonly rms: readonly number[];
    };
