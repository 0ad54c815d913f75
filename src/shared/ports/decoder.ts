import type { Container } from '../domain/recording.ts';

/** Decoded audio. Use `chunks` to its end, leave its loop, or abort: only then is the decoder's process gone. */
export interface PcmStream {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Signed 16 bit, little-endian, interleaved; each chunk holds whole sample frames. Throws DAMAGED, CANCELLED. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The two halves of a file, decoded side by side. Both have to be used as {@link PcmStream} says. */
export interface PcmHalves {
  /** From the start of the file on; it goes on behind {@link at}. */
  readonly first: PcmStream;
  /** From `lead` sample frames before {@link at} on, to the end. */
  readonly second: PcmStream;
  /** Sample frames from the start of the file; whole seconds. */
  readonly at: number;
  readonly lead: number;
}

/** Turns coded audio into PCM. The calls reject with DECODER_MISSING, DAMAGED, FORMAT_UNSUPPORTED or CANCELLED. */
export interface Decoder {
  /** Decodes the file at `path` (absolute) as fast as it is read. */
  decodeFile(path: string, container: Container, signal: AbortSignal): Promise<PcmStream>;
  /** The same in two halves, which takes two cores and half the time; undefined for what is not worth it, or cannot be. */
  decodeHalves?(path: string, container: Container, signal: AbortSignal): Promise<PcmHalves | undefined>;
  /** Decodes what comes, as soon as it comes. The audio may begin in the middle of a frame. */
  decodeLive(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream>;
}
