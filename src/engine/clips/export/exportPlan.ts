import type { ExportFormat } from '../../../shared/contract/exports.ts';
import type { Container, Recording } from '../../../shared/domain/recording.ts';
import type { AudioFormat } from '../../../shared/domain/source.ts';

/** A stretch of one source that is exported. */
export interface ExportPiece {
  /** Consecutive recordings of one connection; more than one where the stretch goes over a boundary. At least one. */
  readonly recordings: readonly Recording[];
  /** The one before the first of these, of the same connection: what a decoder needs may be in it. */
  readonly before?: Recording | undefined;
  /** From the start of the first recording, s; `toSeconds` may be in a later one. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** WAV and FLAC: both ends are moved to the nearest zero crossing within 10 ms. */
  readonly snap?: boolean | undefined;
  /** What its audio is like when it is decoded. */
  readonly format: AudioFormat;
  /** Of its file, without folder and extension. */
  readonly name: string;
  /** For a person; also what a cue sheet calls it. */
  readonly title: string;
  /** What its label says. */
  readonly label: string;
  /** What a converted file says about itself, by ffmpeg's names. */
  readonly tags: Readonly<Record<string, string>>;
}

/** All that an export needs to know; it crosses to the analyst as it is. */
export interface ExportPlan {
  /** At least one. */
  readonly pieces: readonly ExportPiece[];
  readonly format: ExportFormat;
  /** `one`: all pieces in one file; `each`: a file each. */
  readonly shape: 'one' | 'each';
  /** Where the files go, absolute. */
  readonly folder: string;
  /** Of the file of several pieces, without extension. */
  readonly name: string;
  readonly title: string;
  /** Beside a file of all pieces also a label track. */
  readonly labels: boolean;
}

/** A file that was cut. */
export interface MadeCut {
  /** That it was cut from; the first, where they are several. */
  readonly recording: Recording;
  /** Absolute: the output that was asked for, with the extension of its container, and a number where that was taken. */
  readonly path: string;
  readonly container: Container;
  /** What of it is there for the decoder alone, at its beginning, s; 0 unless it was asked for. */
  readonly leadSeconds: number;
  /** Length of the rest, s. */
  readonly seconds: number;
  /** What it really begins and ends with, ms since 1970 UTC; frames cannot be halved. */
  readonly from: number;
  readonly to: number;
}

export interface CutOptions {
  /** Absolute, without extension. */
  readonly output: string;
  /** What follows decodes it: frames that its decoder needs come before it, and it is exact to the sample. */
  readonly forDecoder: boolean;
  /** It is to be joined to others: Opus without the packets before it that are not played. */
  readonly bare?: boolean;
  readonly signal: AbortSignal;
  onProgress(fraction: number): void;
}

/** Cuts that were joined. */
export interface JoinedCuts {
  /** Absolute. */
  readonly path: string;
  /** Where each begins in the file, s; and how long the file is. */
  readonly starts: readonly number[];
  readonly seconds: number;
}

/** Joins cuts of one kind, in order, without re-encoding. CONFLICT when they are not alike. */
export type CutJoiner = (
  cuts: readonly MadeCut[],
  options: {
    /** Absolute, without extension. */
    readonly output: string;
    readonly title: string;
    readonly signal: AbortSignal;
    onProgress(fraction: number): void;
  },
) => Promise<JoinedCuts>;

/** Cuts one piece in its own codec. Leaves nothing behind when it fails. */
export type CutMaker = (piece: ExportPiece, options: CutOptions) => Promise<MadeCut>;
