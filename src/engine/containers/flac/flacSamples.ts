import type { Block, CodedFrame } from '../block.ts';
import { concat } from '../bytes.ts';
import type { FlacLibrary } from './flacEncoder.ts';
import type { FlacFormat } from './flacParser.ts';
import { BLOCK_STREAM_INFO, STREAM_MARKER, metadataBlock, writeStreamInfo } from './metadata.ts';

/** Whole numbers of a few frames, interleaved. */
export interface FlacSamples {
  readonly values: Int32Array<ArrayBuffer>;
  /** Sample frames. */
  readonly count: number;
}

/** As `flac` does without options. */
const LEVEL = 5;
/** Only the last block of a stream may be shorter (RFC 9639 8.2). */
export const SHORTEST_BLOCK = 16;
const NO_ERROR = 0;

/** Sample frames of the longest block of the streamable subset (RFC 9639 7.); `sampleRate` in Hz. */
export function longestBlock(sampleRate: number): number {
  return sampleRate <= 48_000 ? 4608 : 16_384;
}

/** What libFLAC decodes and encodes without loss. */
export function canReencode({ channels, bitDepth }: FlacFormat): boolean {
  return channels <= 8 && bitDepth <= 24;
}

/** Decodes a few whole frames. Throws an Error when libFLAC cannot: their checks must have been right. */
export function decodeFrames(
  library: FlacLibrary,
  format: Pick<FlacFormat, 'sampleRate' | 'channels' | 'bitDepth'>,
  frames: Uint8Array,
): FlacSamples {
  const { sampleRate, channels, bitDepth } = format;
  const info = writeStreamInfo({
    minBlockSize: SHORTEST_BLOCK,
    maxBlockSize: 0xffff,
    minFrameBytes: 0,
    maxFrameBytes: 0,
    sampleRate,
    channels,
    bitDepth,
    totalSamples: 0,
  });
  const head = metadataBlock(BLOCK_STREAM_INFO, info, true);
  const input = concat([STREAM_MARKER, head, frames], STREAM_MARKER.length + head.length + frames.length);
  const decoder = library.create_libflac_decoder(false);
  if (decoder === 0) throw new Error('The FLAC decoder could not be made.');
  let at = 0;
  let failure: string | undefined;
  const parts: Int32Array<ArrayBuffer>[] = [];
  try {
    const state = library.init_decoder_stream(
      decoder,
      (length) => {
        const buffer = input.slice(at, at + length);
        at += buffer.length;
        return { buffer, readDataLength: buffer.length, error: false };
      },
      (data, { blocksize }) => void parts.push(interleave(data, blocksize, bitDepth)),
      (code, description) => (failure ??= `${String(description)} (${code})`),
    );
    if (state !== NO_ERROR || !library.FLAC__stream_decoder_process_until_end_of_stream(decoder)) {
      failure ??= `it is in state ${state}`;
    }
  } finally {
    library.FLAC__stream_decoder_finish(decoder);
    library.FLAC__stream_decoder_delete(decoder);
  }
  if (failure !== undefined) throw new Error(`The FLAC decoder failed: ${failure}.`);
  const values = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    values.set(part, filled);
    filled += part.length;
  }
  return { values, count: values.length / channels };
}

/** Frames of about equal length, one where that can be, numbered from 0. `samples` holds at least one. */
export function encodeFrames(library: FlacLibrary, format: FlacFormat, { values, count }: FlacSamples): Block {
  const { sampleRate, channels, bitDepth } = format;
  const blockSize = Math.max(SHORTEST_BLOCK, Math.ceil(count / Math.ceil(count / longestBlock(sampleRate))));
  const encoder = library.create_libflac_encoder(sampleRate, channels, bitDepth, LEVEL, 0, false, blockSize);
  const pieces: Uint8Array[] = [];
  const frames: CodedFrame[] = [];
  const begun =
    encoder !== 0 &&
    library.init_encoder_stream(encoder, (data, bytes, samples) => {
      if (samples === 0) return;
      pieces.push(data);
      frames.push({ bytes, samples });
    }) === NO_ERROR;
  const isDone =
    begun &&
    library.FLAC__stream_encoder_process_interleaved(encoder, values, count) &&
    library.FLAC__stream_encoder_finish(encoder);
  if (encoder !== 0) library.FLAC__stream_encoder_delete(encoder);
  if (!isDone) throw new Error(`FLAC could not hold ${channels} channels of ${bitDepth} bits at ${sampleRate} Hz.`);
  const bytes = concat(
    pieces,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  return { bytes, samples: count, frames };
}

/** Each channel comes as bytes of 2 or 4 a sample, whose upper ones may lack the sign. */
function interleave(data: readonly Uint8Array[], blocksize: number, bitDepth: number): Int32Array<ArrayBuffer> {
  const values = new Int32Array(blocksize * data.length);
  for (const [channel, bytes] of data.entries()) {
    const width = bytes.length / blocksize;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < blocksize; index += 1) {
      const stored = width === 2 ? view.getInt16(2 * index, true) : view.getInt32(4 * index, true);
      values[index * data.length + channel] = (stored << (32 - bitDepth)) >> (32 - bitDepth);
    }
  }
  return values;
}
