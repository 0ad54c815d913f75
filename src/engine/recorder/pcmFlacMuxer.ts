import type { AudioFormat } from '../../shared/domain/source.ts';
import type { Block } from '../containers/block.ts';
import { FlacEncoder, flacBlockSize, type FlacLibrary } from '../containers/flac/flacEncoder.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import type { Comments } from '../containers/vorbisComment.ts';
import { SEEK_POINTS } from './codedMuxers.ts';
import { type Muxer, rawMuxer } from './muxer.ts';

/**
 * Encodes PCM into a FLAC file. A boundary may lie anywhere: each file has an encoder of its own, whose last frame is as
 * short as need be. Throws a RangeError for a format that FLAC does not have.
 */
export function pcmFlacMuxer(format: AudioFormat, comments: Comments, library: FlacLibrary): Muxer {
  const { sampleRate, channels, bitDepth = 16, float } = format;
  const pcm = { sampleRate, channels, bitDepth, float: float === true };
  const encoder = new FlacEncoder(library, pcm);
  const writer = new FlacWriter({
    format: { sampleRate, channels, bitDepth, variable: false, blockSize: flacBlockSize(sampleRate) },
    comments,
    seekPoints: SEEK_POINTS,
  });
  return {
    ...rawMuxer,
    header: writer.header(),
    write: (block: Block) => writer.write(encoder.push(block)),
    end: () => writer.write(encoder.end()),
    patches: (payloadBytes) => writer.patch(payloadBytes),
  };
}
