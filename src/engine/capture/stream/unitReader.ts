import type { AudioFormat } from '../../../shared/domain/source.ts';
import { createAdtsParser } from '../../containers/adts.ts';
import type { Block } from '../../containers/block.ts';
import { FlacParser } from '../../containers/flac/flacParser.ts';
import type { FrameParser } from '../../containers/frameParser.ts';
import { createMpegAudioParser } from '../../containers/mpegAudio.ts';
import { OggParser } from '../../containers/ogg/oggParser.ts';
import type { StreamKind } from '../../containers/sniff.ts';
import { type StreamHeaders, formatOf } from '../../containers/streamHeaders.ts';
import type { StreamPart } from '../../containers/streamPart.ts';

/** What a stream consists of, in order. Each `segment` comes before its first block. */
export type StreamUnit =
  | { readonly kind: 'segment'; readonly format: AudioFormat; readonly headers: StreamHeaders | undefined }
  | { readonly kind: 'block'; readonly block: Block }
  /** Sample frames that the stream says are missing here, not to be trusted; 0 when it does not say. */
  | { readonly kind: 'hole'; readonly samples: number };

export interface ReadUnits {
  readonly units: readonly StreamUnit[];
  /** Bytes that belong to no audio and no header. */
  readonly skipped: number;
  /** The stream goes on in another format, which this reader does not take. */
  readonly changedTo?: AudioFormat;
}

/** Takes a stream of one kind apart. */
export interface UnitReader {
  /** With the average bitrate up to now; undefined before the first audio. */
  readonly format: AudioFormat | undefined;
  push(bytes: Uint8Array): ReadUnits;
  /** The rest of the stream. */
  flush(): ReadUnits;
}

export function createUnitReader(kind: StreamKind): UnitReader {
  switch (kind) {
    case 'mp3':
      return new FrameUnits(createMpegAudioParser());
    case 'adts':
      return new FrameUnits(createAdtsParser());
    case 'ogg':
      return new PartUnits(new OggParser(), (headers) => ({ container: 'ogg', headers }));
    case 'flac':
      return new PartUnits(new FlacParser(), (headers) => ({ container: 'flac', headers }));
  }
}

/** Frames that need no headers. */
class FrameUnits implements UnitReader {
  readonly #parser: FrameParser;

  constructor(parser: FrameParser) {
    this.#parser = parser;
  }

  get format(): AudioFormat | undefined {
    return this.#parser.format;
  }

  push(bytes: Uint8Array): ReadUnits {
    const { block, skipped, format, changedTo } = this.#parser.push(bytes);
    const units: StreamUnit[] = [];
    if (format) units.push({ kind: 'segment', format, headers: undefined });
    if (block) units.push({ kind: 'block', block });
    return { units, skipped, ...(changedTo ? { changedTo } : {}) };
  }

  flush(): ReadUnits {
    const before = this.#parser.format;
    const { block, skipped, trailing } = this.#parser.flush();
    return { units: before && block ? [{ kind: 'block', block }] : [], skipped: skipped + trailing };
  }
}

interface PartParser<Headers> {
  push(bytes: Uint8Array): { readonly parts: readonly StreamPart<Headers>[]; readonly skipped: number };
  flush(): { readonly parts: readonly StreamPart<Headers>[]; readonly skipped: number; readonly trailing: number };
}

/** Segments with headers of their own. */
class PartUnits<Headers> implements UnitReader {
  readonly #parser: PartParser<Headers>;
  readonly #name: (headers: Headers) => StreamHeaders;
  #headers: StreamHeaders | undefined;
  #bytes = 0;
  #samples = 0;

  constructor(parser: PartParser<Headers>, name: (headers: Headers) => StreamHeaders) {
    this.#parser = parser;
    this.#name = name;
  }

  get format(): AudioFormat | undefined {
    if (!this.#headers || this.#samples === 0) return undefined;
    const { sampleRate } = formatOf(this.#headers, 0);
    return formatOf(this.#headers, (this.#bytes * 8 * sampleRate) / this.#samples);
  }

  push(bytes: Uint8Array): ReadUnits {
    const { parts, skipped } = this.#parser.push(bytes);
    return { units: this.#units(parts), skipped };
  }

  flush(): ReadUnits {
    const { parts, skipped, trailing } = this.#parser.flush();
    return { units: this.#units(parts), skipped: skipped + trailing };
  }

  #units(parts: readonly StreamPart<Headers>[]): StreamUnit[] {
    return parts.map((part, index) => {
      if (part.kind === 'headers') return this.#segment(this.#name(part.headers), parts[index + 1]);
      if (part.kind === 'block') this.#count(part.block);
      return part;
    });
  }

  /** The audio behind the headers tells the bitrate, as well as anything does at this moment. */
  #segment(headers: StreamHeaders, following: StreamPart<Headers> | undefined): StreamUnit {
    const { sampleRate } = formatOf(headers, 0);
    const block = following?.kind === 'block' ? following.block : undefined;
    const bitrate = block && block.samples > 0 ? (block.bytes.length * 8 * sampleRate) / block.samples : 0;
    this.#headers = headers;
    this.#bytes = 0;
    this.#samples = 0;
    return { kind: 'segment', format: formatOf(headers, bitrate), headers };
  }

  #count({ bytes, samples }: Block): void {
    this.#bytes += bytes.length;
    this.#samples += samples;
  }
}
