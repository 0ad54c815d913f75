import { adtsSyntax } from '../../engine/containers/adts.ts';
import type { Block } from '../../engine/containers/block.ts';
import { type FlacHeaders, FlacParser } from '../../engine/containers/flac/flacParser.ts';
import { FrameParser } from '../../engine/containers/frameParser.ts';
import { mpegAudioSyntax } from '../../engine/containers/mpegAudio.ts';
import type { OggHeaders } from '../../engine/containers/ogg/oggCodec.ts';
import { OggParser } from '../../engine/containers/ogg/oggParser.ts';

/** Frames of coded audio, counted while their bytes go by. */
export interface Counted {
  readonly samples: number;
  /** Over all segments; 0 when no audio was found. */
  readonly durationMs: number;
  /** Bytes of the smallest and the largest frame; 0 when there is none. */
  readonly minFrameBytes: number;
  readonly maxFrameBytes: number;
}

export interface AudioCount {
  push(bytes: Uint8Array): void;
  finish(): Counted;
}

class Tally {
  samples = 0;
  durationMs = 0;
  minFrameBytes = 0;
  maxFrameBytes = 0;

  add(block: Block | undefined, sampleRate: number): void {
    if (!block) return;
    this.samples += block.samples;
    if (sampleRate > 0) this.durationMs += (block.samples / sampleRate) * 1000;
    for (const { bytes } of block.frames ?? []) {
      this.minFrameBytes = this.minFrameBytes === 0 ? bytes : Math.min(this.minFrameBytes, bytes);
      this.maxFrameBytes = Math.max(this.maxFrameBytes, bytes);
    }
  }

  get counted(): Counted {
    const { samples, durationMs, minFrameBytes, maxFrameBytes } = this;
    return { samples, durationMs, minFrameBytes, maxFrameBytes };
  }
}

export function countAudio(media: 'ogg' | 'flac' | 'mpeg' | 'adts'): AudioCount {
  if (media === 'ogg') return countParts(new OggParser());
  if (media === 'flac') return countParts(new FlacParser());
  return countFrames(new FrameParser(media === 'mpeg' ? mpegAudioSyntax : adtsSyntax));
}

function countParts(parser: OggParser | FlacParser): AudioCount {
  const tally = new Tally();
  let rate = 0;
  const take = ({ parts }: ReturnType<typeof parser.push>): void => {
    for (const part of parts) {
      if (part.kind === 'headers') rate = rateOf(part.headers);
      else if (part.kind === 'block') tally.add(part.block, rate);
    }
  };
  return {
    push: (bytes) => take(parser.push(bytes)),
    finish: () => {
      take(parser.flush());
      return tally.counted;
    },
  };
}

function rateOf(headers: FlacHeaders | OggHeaders): number {
  return 'format' in headers ? headers.format.sampleRate : headers.sampleRate;
}

function countFrames(parser: FrameParser): AudioCount {
  const tally = new Tally();
  return {
    push: (bytes) => {
      const { block } = parser.push(bytes);
      tally.add(block, parser.format?.sampleRate ?? 0);
    },
    finish: () => {
      const { block } = parser.flush();
      tally.add(block, parser.format?.sampleRate ?? 0);
      return tally.counted;
    },
  };
}
