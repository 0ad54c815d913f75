import { assertNever } from '../../shared/assertNever.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';
import { WavWriter } from '../containers/wav.ts';
import { loadedFlacLibrary } from './flacLibrary.ts';
import { type Muxer, rawMuxer } from './muxer.ts';
import { pcmFlacMuxer } from './pcmFlacMuxer.ts';
import { recordingComments } from './recordingComments.ts';

/** The muxer for a recording's container, and for blocks of the captured format. */
export function createMuxer(recording: Recording, captured: AudioFormat): Muxer {
  switch (recording.container) {
    case 'wav':
      return wavMuxer(recording);
    case 'mp3':
    case 'adts':
      return rawMuxer;
    case 'flac':
      if (captured.codec === 'pcm') return pcmFlacMuxer(captured, recordingComments(recording), loadedFlacLibrary());
      throw new RangeError(`No muxer for ${recording.container} yet.`);
    case 'ogg':
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
