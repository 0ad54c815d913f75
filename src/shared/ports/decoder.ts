import type { Container } from '../domain/recording.ts';

/** Decoded audio. Use `chunks` to its end, leave its loop, or abort: only then is the decoder's process gone. */
export interface PcmStream {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Signed 16 bit, little-endian, interleaved; each chunk holds whole sample frames. Throws DAMAGED, CANCELLED. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Turns coded audio into PCM. Both calls reject with DECODER_MISSING, DAMAGED, FORMAT_UNSUPPORTED or CANCELLED. */
export interface Decoder {
  /** Decodes the file at `path` (absolute) as fast as it is read. */
  decodeFile(path: string, container: Container, signal: AbortSignal): Promise<PcmStream>;
  /** Decodes what comes, as soon as it comes. The audio may begin in the middle of a frame. */
  decodeLive(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream>;
}
