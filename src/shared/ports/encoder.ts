import type { Container } from '../domain/recording.ts';

/** What audio is encoded to: Ogg pages of Opus, or AAC in ADTS. */
export interface EncoderOutput {
  readonly codec: 'opus' | 'aac';
  /** bit/s. */
  readonly bitrate: number;
}

/** Encodes audio that comes in pieces. */
export interface Encoder {
  /**
   * The encoded bytes, as soon as there are some, in pieces of any size; the same bytes each time for the same input.
   * They end when `input` has. Use them to the end, leave their loop, or abort: only then is the encoder's process gone.
   * Rejects, and the bytes do, with DECODER_MISSING, DAMAGED, FORMAT_UNSUPPORTED or CANCELLED.
   */
  encode(
    container: Container,
    input: AsyncIterable<Uint8Array>,
    output: EncoderOutput,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
}
