import type { Recording } from '../../shared/domain/recording.ts';
import type { S3Target, SpeakrTarget } from '../../shared/domain/target.ts';

/** What a recording is turned into on its way: its own bytes, or another form that its target asks for. */
export type BodyForm =
  /** WAV with an open-ended header, MPEG frames, ADTS frames, Ogg pages, FLAC frames: as recorded. */
  | { readonly kind: 'recorded' }
  /** The samples of FLAC as WAV. */
  | { readonly kind: 'wav' }
  /** AAC frames in fragmented MP4, made by ourselves, the same bytes each time. */
  | { readonly kind: 'fmp4' }
  /** FLAC encoded anew. */
  | { readonly kind: Extract<SpeakrTarget['flacAs'], 'opus'> }
  /** AAC in segments; bit/s. */
  | { readonly kind: Extract<S3Target['form'], 'cmaf'>; readonly bitrate: number };

export interface BodySource {
  readonly recording: Pick<Recording, 'id' | 'container' | 'format' | 'startedAt'>;
  /** Absolute; it may move into the trash and back while the body is open. */
  readonly file: () => string;
  /** False once the recorder has closed it, or a repair has mended it. */
  readonly live: () => boolean;
  /** Where in the file its audio begins for this part, as {@link Body.filePosition} told it; 0: at the start. */
  readonly from: number;
  /** A folder for what an encoder makes; absolute, made on demand, removed when the upload has ended. */
  readonly spoolFolder: string;
}

/** Hears of a part of what is filled, and takes no longer than it may keep others waiting. */
export type Filled = (part: Uint8Array) => void;

/**
 * The bytes that go to a target: a function of the recording's file, the same at every reading, so that nothing has to
 * be stored twice. Errors are those of the file system, and DAMAGED for a file that cannot be read as audio.
 */
export interface Body {
  /** Without parameters, such as `audio/wav`. */
  readonly mimeType: string;
  /**
   * How much of it will not change any more, neither by the recorder nor by a repair, bytes from its start. It grows
   * while the recording is open; `ended`: this is all. It may be less than before where a repair cut off a broken end.
   */
  stable(): Promise<{ readonly bytes: number; readonly ended: boolean }>;
  /** From `from`, inclusive, to `to`, exclusive, in pieces of at most 64 KiB; never beyond what is stable. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  /**
   * Fills `target` with what is there from `from` on; `filled` hears of each part of it, in order, while the next one is
   * read. Absent: {@link read} brings it.
   */
  readonly fill?: ((from: number, target: Uint8Array, filled: Filled) => Promise<void>) | undefined;
  /**
   * The last place after `from` and not after `to` where a chunk may end; `from` when there is none yet. Absent: any
   * place does.
   */
  readonly cut?: ((from: number, to: number) => Promise<number>) | undefined;
  /** Where in the file the audio begins that follows a place at which a chunk ended; for the part that follows. */
  filePosition(at: number): Promise<number>;
  /** Of the audio up to `at`, ms; for showing how far behind an upload is. */
  durationMs(at: number): number;
  close(): Promise<void>;
}

/** Opens the bytes of a recording. DECODER_MISSING where the form takes ffmpeg and there is none. */
export type OpenBody = (source: BodySource, form: BodyForm) => Promise<Body>;
