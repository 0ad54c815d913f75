import { createMpegAudioParser } from '../../engine/containers/mpegAudio.ts';
import { frameRuns } from './frameRuns.ts';
import type { UnitRun } from './track.ts';

/** The frames of an MP3 stream, without tags and without the table at its start. */
export function mp3Units(input: AsyncIterable<Uint8Array>): AsyncGenerator<UnitRun> {
  return frameRuns(input, createMpegAudioParser, ({ frames, bytes }, { sampleRate, channels }) => {
    let at = 0;
    return {
      format: { codec: 'mp3', sampleRate, channels },
      units: (frames ?? []).map((frame) => {
        at += frame.bytes;
        return { bytes: bytes.subarray(at - frame.bytes, at), samples: frame.samples };
      }),
    };
  });
}
