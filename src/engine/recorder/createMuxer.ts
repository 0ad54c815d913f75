import { assertNever } from '../../shared/assertNever.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { CaptureInfo } from '../capture/audioSource.ts';
import { WavWriter } from '../containers/wav.ts';
import { adtsMuxer, flacMuxer, mp3Muxer, oggMuxer } from './codedMuxers.ts';
import { loadedFlacLibrary } from './flacLibrary.ts';
import { type Muxer, rawMuxer } from './muxer.ts';
import { pcmFlacMuxer } from './pcmFlacMuxer.ts';
import { recordingComments, recordingTag } from './recordingComments.ts';

/** What a file depends on beside its recording. */
interface MuxerOptions {
  readonly info: CaptureInfo;
  /** It holds the first audio of its segment. */
  readonly isFirst: boolean;
  /** Files of MP3 and AAC begin with a tag. */
  readonly isTagged: boolean;
}

/** The muxer for blocks of the format that the source states. */
export function createMuxer(recording: Recording, { info, isFirst, isTagged }: MuxerOptions): Muxer {
  const { format, headers } = info;
  const tag = isTagged ? recordingTag(recording) : undefined;
  switch (recording.container) {
    case 'wav':
      return wavMuxer(recording);
    case 'mp3':
      return mp3Muxer(tag);
    case 'adts':
      return adtsMuxer(tag);
    case 'flac':
      if (format.codec === 'pcm') return pcmFlacMuxer(format, recordingComments(recording), loadedFlacLibrary());
      if (headers?.container !== 'flac') throw withoutHeaders(recording);
      return flacMuxer(headers.headers, recordingComments(recording, headers.headers.comments));
    case 'ogg':
      if (headers?.container !== 'ogg') throw withoutHeaders(recording);
      return oggMuxer(headers.headers, recordingComments(recording, headers.headers.comments), isFirst);
    default:
      return assertNever(recording.container);
  }
}

function withoutHeaders({ container }: Recording): Error {
  return new Error(`A stream of ${container} was opened without its headers.`);
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
