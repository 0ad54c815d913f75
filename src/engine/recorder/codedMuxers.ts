import { randomBytes } from 'node:crypto';
import { BitReservoir } from '../containers/bitReservoir.ts';
import type { Block } from '../containers/block.ts';
import type { FlacHeaders } from '../containers/flac/flacParser.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import type { OggHeaders } from '../containers/ogg/oggCodec.ts';
import { OggWriter } from '../containers/ogg/oggWriter.ts';
import type { ColdStart } from '../../shared/domain/recording.ts';
import type { Comments } from '../containers/vorbisComment.ts';
import { type Muxer, rawMuxer } from './muxer.ts';
import type { RecordingTag } from './recordingComments.ts';

/** A decoder of Opus needs so much audio before it is as good as one that never stopped: 80 ms (RFC 7845 4.6). */
const OPUS_PRE_ROLL = 3840;
/** A point each second in the first quarter of an hour, each four in an hour, each minute and a half in a day. */
export const SEEK_POINTS = 900;

function taggedMuxer(tag: RecordingTag | undefined): Muxer {
  if (!tag) return rawMuxer;
  return { ...rawMuxer, header: tag.bytes, titled: (title) => [{ offset: 0, bytes: tag.titled(title) }] };
}

/** Frames of MP3 as they come, behind their tag. The first ones of a file may refer to data in the file before. */
export function mp3Muxer(tag: RecordingTag | undefined): Muxer {
  const reservoir = new BitReservoir();
  const cold = { frames: 0, samples: 0 };
  return {
    ...taggedMuxer(tag),
    get coldStart(): ColdStart | undefined {
      return cold.frames > 0 ? { ...cold } : undefined;
    },
    write: ({ bytes, frames = [] }) => {
      let at = 0;
      for (const frame of frames) {
        if (reservoir.isSettled) break;
        if (reservoir.lacks(bytes.subarray(at, at + frame.bytes))) {
          cold.frames += 1;
          cold.samples += frame.samples;
        }
        at += frame.bytes;
      }
      return bytes;
    },
  };
}

/** Frames of AAC as they come, behind their tag. Each overlaps with the one before, which the first of a file lacks. */
export function adtsMuxer(tag: RecordingTag | undefined): Muxer {
  let cold: ColdStart | undefined;
  return {
    ...taggedMuxer(tag),
    get coldStart(): ColdStart | undefined {
      return cold;
    },
    write: ({ bytes, frames: [first] = [] }) => {
      if (first) cold ??= { frames: 1, samples: first.samples };
      return bytes;
    },
  };
}

/** Frames of a FLAC stream, numbered anew. */
export function flacMuxer(headers: FlacHeaders, comments: Comments): Muxer {
  const writer = new FlacWriter({ format: headers.format, comments, seekPoints: SEEK_POINTS });
  return {
    ...rawMuxer,
    header: writer.header(),
    write: (block) => writer.write(block),
    patches: (payloadBytes) => writer.patch(payloadBytes),
  };
}

/** Packets of an Ogg stream in pages of their own. `isFirst`: the file holds the first packet of its segment. */
export function oggMuxer(headers: OggHeaders, comments: Comments, isFirst: boolean): Muxer {
  const serial = randomBytes(4).readUInt32LE();
  const writer = new OggWriter({ headers, comments, serial, isFirst });
  const opus = headers.codec === 'opus' ? new OpusColdStart(headers, isFirst) : undefined;
  return {
    ...rawMuxer,
    header: writer.header(),
    get coldStart(): ColdStart | undefined {
      const { unplayed } = writer;
      const own = unplayed > 0 ? { unplayed } : {};
      if (opus) return opus.cost && { ...opus.cost, ...own };
      return unplayed > 0 ? { frames: 1, samples: unplayed, ...own } : undefined;
    },
    write: (block) => {
      opus?.count(block);
      return writer.write(block);
    },
    end: () => writer.end(),
  };
}

/** Counts the packets until a decoder that starts with the file has come to the same as one that did not. */
class OpusColdStart {
  #left: number;
  #frames = 0;
  #samples = 0;

  constructor({ preSkip, isJoined }: OggHeaders, isFirst: boolean) {
    const isExact = isFirst && !isJoined;
    this.#left = isExact ? 0 : Math.max(0, OPUS_PRE_ROLL - (isFirst ? preSkip : 0));
  }

  get cost(): ColdStart | undefined {
    return this.#frames > 0 ? { frames: this.#frames, samples: this.#samples } : undefined;
  }

  count({ frames = [] }: Block): void {
    for (const { samples } of frames) {
      if (this.#left <= 0) return;
      this.#frames += 1;
      this.#samples += samples;
      this.#left -= samples;
    }
  }
}
