import { assertNever } from '../../shared/assertNever.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { WavWriter } from '../containers/wav.ts';
import { type Muxer, rawMuxer } from './muxer.ts';

/** The muxer for a recording's container and format. */
export function createMuxer(recording: Recording): Muxer {
  switch (recording.container) {
    case 'wav':
      return wavMuxer(recording);
    case 'mp3':
    case 'adts':
      return rawMuxer;
    case 'ogg':
    case 'flac':
      throw new RangeError(`No muxer for ${recording.container} yet.`);
    default:
      return assertNever(recording.container);
  }
}

function wavMuxer({ format, sourceName, startedAt, offsetMinutes }: Recording): Muxer {
  const { sampleRate, channels, bitDepth, float } = format;
  if (bitDepth !== 16 && bitDepth !== 24 && bitDepth !== 32) {
    throw new RangeError(`WAV is written with 16, 24 or 32 bits, not ${bitDepth}.`);
  }
  const writer = new WavWriter(
    { sampleRate, channels, bitDepth, float: float === true },
    { sourceName, startedAt, offsetMinutes },
  );
  return {
    ...rawMuxer,
    header: writer.header(),
    patches: (payloadBytes) => writer.patch(payloadBytes),
    tail: (payloadBytes) => writer.tail(payloadBytes),
  };
}
