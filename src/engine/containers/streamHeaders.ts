import type { AudioFormat } from '../../shared/domain/source.ts';
import type { FlacHeaders } from './flac/flacParser.ts';
import type { OggHeaders } from './ogg/oggCodec.ts';

/** What a segment of a stream begins with, and each of its files therefore needs. */
export type StreamHeaders =
  | { readonly container: 'ogg'; readonly headers: OggHeaders }
  | { readonly container: 'flac'; readonly headers: FlacHeaders };

/** The format that headers state; `bitrate` in bit/s, as far as known. */
export function formatOf({ container, headers }: StreamHeaders, bitrate: number): AudioFormat {
  const { codec, sampleRate, channels, bitDepth } =
    container === 'ogg' ? headers : { codec: headers.codec, ...headers.format };
  return {
    codec,
    sampleRate,
    channels,
    ...(bitDepth === undefined ? {} : { bitDepth }),
    ...(bitrate > 0 ? { bitrate: Math.round(bitrate) } : {}),
  };
}

/**
 * Audio of both segments may go into one file: a decoder that was given the headers of the one decodes the other. Their
 * comments do not matter.
 */
export function areAlike(one: StreamHeaders | undefined, other: StreamHeaders | undefined): boolean {
  if (one?.container === 'ogg' && other?.container === 'ogg') {
    return one.headers.codec === other.headers.codec && isSame(decoderSetup(one), decoderSetup(other));
  }
  if (one?.container === 'flac' && other?.container === 'flac') {
    const [left, right] = [one.headers.format, other.headers.format];
    return (
      left.sampleRate === right.sampleRate &&
      left.channels === right.channels &&
      left.bitDepth === right.bitDepth &&
      left.variable === right.variable &&
      (left.variable || left.blockSize === right.blockSize)
    );
  }
  return one === other;
}

/** Of an Ogg stream, what its decoder needs to know. */
function decoderSetup({ headers }: Extract<StreamHeaders, { container: 'ogg' }>): readonly Uint8Array[] {
  const [head = new Uint8Array(0), , setup = new Uint8Array(0)] = headers.packets;
  switch (headers.codec) {
    case 'vorbis':
      return [head, setup];
    case 'opus':
      // Not the pre-skip and the rate of what was encoded, which are of the segment alone (RFC 7845 5.1).
      return [head.subarray(9, 10), head.subarray(16)];
    case 'flac':
      // Block sizes, rate, channels and depth of STREAMINFO; not sizes, length and checksum (RFC 9639 8.2).
      return [head.subarray(17, 21), head.subarray(27, 30)];
  }
}

function isSame(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.every((bytes, index) => {
    const counterpart = other[index];
    return bytes.length === counterpart?.length && bytes.every((byte, at) => byte === counterpart[at]);
  });
}
