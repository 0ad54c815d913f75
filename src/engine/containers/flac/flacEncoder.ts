import type { Flac } from 'libflacjs';
import type { Block, CodedFrame } from '../block.ts';
import { concat } from '../bytes.ts';
import { checkPcm, type PcmFormat, samplesOf } from '../pcm.ts';

/** The part of libFLAC that makes frames, and reads them. */
export type FlacLibrary = Pick<
  Flac,
  | 'create_libflac_encoder'
  | 'init_encoder_stream'
  | 'FLAC__stream_encoder_process_interleaved'
  | 'FLAC__stream_encoder_finish'
  | 'FLAC__stream_encoder_delete'
  | 'create_libflac_decoder'
  | 'init_decoder_stream'
  | 'FLAC__stream_decoder_process_until_end_of_stream'
  | 'FLAC__stream_decoder_finish'
  | 'FLAC__stream_decoder_delete'
>;

/** As `flac` does without options: more costs time, and saves little. */
const LEVEL = 5;
/** Audio that is held back until a frame of it is whole. */
const LONGEST_FRAME_MS = 100;
const BLOCK_SIZES = [4096, 2048, 1024, 512] as const;

/** Sample frames that a FLAC frame holds at this rate (Hz): about 85 ms, so that a kill costs little. */
export function flacBlockSize(sampleRate: number): number {
  const most = (sampleRate * LONGEST_FRAME_MS) / 1000;
  return BLOCK_SIZES.find((size) => size <= most) ?? 512;
}

/**
 * Turns PCM of 16 or 24 bits and at most 8 channels into FLAC frames, without loss. Call {@link end} exactly once: it
 * gives the encoder's memory back.
 */
export class FlacEncoder {
  readonly #library: FlacLibrary;
  readonly #format: PcmFormat;
  readonly #encoder: number;
  #pieces: Uint8Array[] = [];
  #frames: CodedFrame[] = [];
  #ended = false;

  /** Throws a RangeError for a format that FLAC does not have. */
  constructor(library: FlacLibrary, format: PcmFormat) {
    checkPcm(format);
    const { sampleRate, channels, bitDepth, float } = format;
    const known = float !== true && bitDepth <= 24 && channels <= 8;
    const encoder = known
      ? library.create_libflac_encoder(sampleRate, channels, bitDepth, LEVEL, 0, false, flacBlockSize(sampleRate))
      : 0;
    this.#library = library;
    this.#format = format;
    this.#encoder = encoder;
    const begun =
      encoder !== 0 &&
      library.init_encoder_stream(encoder, (data, bytes, samples) => {
        // Metadata, which is written elsewhere, has no samples.
        if (samples === 0) return;
        this.#pieces.push(data);
        this.#frames.push({ bytes, samples });
      }) === 0;
    if (begun) return;
    if (encoder !== 0) library.FLAC__stream_encoder_delete(encoder);
    throw new RangeError(`FLAC cannot hold ${channels} channels of ${bitDepth} bits at ${sampleRate} Hz.`);
  }

  /** The frames that this PCM completed. */
  push(block: Block): Block {
    if (block.samples > 0) {
      const samples = Int32Array.from(samplesOf(block.bytes, this.#format));
      if (!this.#library.FLAC__stream_encoder_process_interleaved(this.#encoder, samples, block.samples)) {
        throw new Error('The FLAC encoder failed.');
      }
    }
    return this.#take();
  }

  /** The last frame, which may be shorter. Later calls return nothing. */
  end(): Block {
    if (this.#ended) return this.#take();
    this.#ended = true;
    const finished = this.#library.FLAC__stream_encoder_finish(this.#encoder);
    this.#library.FLAC__stream_encoder_delete(this.#encoder);
    if (!finished) throw new Error('The FLAC encoder could not end.');
    return this.#take();
  }

  #take(): Block {
    const pieces = this.#pieces;
    const frames = this.#frames;
    this.#pieces = [];
    this.#frames = [];
    return {
      bytes: concat(
        pieces,
        pieces.reduce((sum, { length }) => sum + length, 0),
      ),
      samples: frames.reduce((sum, { samples }) => sum + samples, 0),
      frames,
    };
  }
}
