import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAdtsParser } from '../../src/engine/containers/adts.ts';
import { splitBlock } from '../../src/engine/containers/block.ts';
import { createMpegAudioParser } from '../../src/engine/containers/mpegAudio.ts';
import { adtsMuxer, mp3Muxer } from '../../src/engine/recorder/codedMuxers.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { AudioFile } from './audioFiles.ts';
import { flacFile, parseFlac } from './flacStreams.ts';
import { oggFile, parseOgg } from './oggStreams.ts';
import { recordingOf } from './sliceRecordings.ts';
import { whole } from './streamParts.ts';

/** A file as two recordings that follow each other, with the seam near `seconds`. */
export async function splitInTwo(file: AudioFile, seconds: number): Promise<readonly [Recording, Recording]> {
  const bytes = new Uint8Array(await readFile(file.path));
  const at = Math.round(seconds * file.rate);
  const paths = [1, 2].map((part) =>
    join(dirname(file.path), `${file.name.replaceAll(' ', '-')}-${part}.${file.container}`),
  );
  const [firstPath = '', secondPath = ''] = paths;
  const { parts, firstSample, coldStart } = split(file, bytes, at);
  await writeFile(firstPath, parts[0]);
  await writeFile(secondPath, parts[1]);
  const connection = randomUUID();
  const startedAt = Date.UTC(2026, 10, 21, 9);
  const first = await recordingOf(firstPath, { connection, firstSample: 0, startedAt });
  const second = await recordingOf(secondPath, {
    connection,
    firstSample,
    startedAt: startedAt + (firstSample * 1000) / file.rate,
    seam: 'gapless',
    ...(coldStart ? { coldStart } : {}),
  });
  return [first, second];
}

interface Split {
  readonly parts: readonly [Uint8Array, Uint8Array];
  readonly firstSample: number;
  readonly coldStart?: Recording['coldStart'];
}

function split(file: AudioFile, bytes: Uint8Array, at: number): Split {
  switch (file.container) {
    case 'wav':
      throw new Error('WAV is split by its writer.');
    case 'mp3':
    case 'adts': {
      const parser = file.container === 'mp3' ? createMpegAudioParser() : createAdtsParser();
      const { block } = parser.push(bytes);
      const rest = parser.flush().block;
      if (!block || !rest) throw new Error('There are no frames.');
      const all = {
        bytes: Buffer.concat([block.bytes, rest.bytes]),
        samples: block.samples + rest.samples,
        frames: [...(block.frames ?? []), ...(rest.frames ?? [])],
      };
      const [one, other] = splitBlock(all, at);
      const muxer = file.container === 'mp3' ? mp3Muxer(undefined) : adtsMuxer(undefined);
      muxer.write(other);
      return { parts: [one.bytes, other.bytes], firstSample: one.samples, coldStart: muxer.coldStart };
    }
    case 'flac': {
      const [segment] = parseFlac([bytes]).segments;
      if (!segment) throw new Error('There is no audio.');
      const [one, other] = splitBlock(whole(segment), at);
      const parts = [flacFile(segment.headers, one), flacFile(segment.headers, other)] as const;
      return { parts, firstSample: one.samples };
    }
    case 'ogg': {
      const [segment] = parseOgg([bytes]).segments;
      if (!segment) throw new Error('There is no audio.');
      const [one, other] = splitBlock(whole(segment), at);
      const parts = [oggFile(segment.headers, one, true).bytes, oggFile(segment.headers, other, false).bytes] as const;
      const { codec } = segment.headers;
      const unplayed = codec === 'opus' ? 120 : codec === 'vorbis' ? (other.frames?.[0]?.samples ?? 0) : 0;
      const coldStart = unplayed > 0 ? { frames: 1, samples: unplayed, unplayed } : undefined;
      return { parts, firstSample: one.samples, coldStart };
    }
  }
}
