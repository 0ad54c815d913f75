import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import { concat } from '../containers/bytes.ts';
import type { Block } from '../containers/block.ts';
import { FlacParser } from '../containers/flac/flacParser.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import { codedNumberBytes } from '../containers/flac/frameHeader.ts';
import { NO_COMMENTS } from '../containers/vorbisComment.ts';
import { WavWriter } from '../containers/wav.ts';
import type { Stretch } from './bounds.ts';
import type { Chain } from './chain.ts';
import type { ByteRange } from './clip.ts';
import { flacClipHeader } from './clipHeader.ts';
import { keepsFrameSize, oggMuxer } from './cutMuxers.ts';
import { readLead } from './cutWriter.ts';
import { leadStart } from './lead.ts';
import { damaged, withoutBefore } from './units/unitFile.ts';
import type { FlacUnits } from './units/flacUnits.ts';
import type { FrameUnits } from './units/frameUnits.ts';
import type { OggUnits } from './units/oggUnits.ts';
import type { WavUnits } from './units/wavUnits.ts';

/** The bytes of a clip. */
export interface ClipBody {
  readonly size: number;
  /** `first` to `last`, inclusive. */
  bytes(first: number, last: number): AsyncGenerator<Uint8Array>;
}

type Files = { readonly fileSystem: Pick<FileSystem, 'openForReading'> };

/** The first piece is small, so that it comes soon. */
const FIRST_BYTES = 64 * 1024;
const PIECE_BYTES = 256 * 1024;
/** Clips of up to so many bytes stay in memory once they had to be made. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Of the stream in a clip: no two of them meet. */
const CLIP_SERIAL = 1;

/** Headers and samples as they are. */
export function wavBody(
  { header }: WavUnits,
  ranges: readonly ByteRange[] | undefined,
  { from, to }: Stretch,
  files: Files,
): ClipBody {
  const { sampleRate, channels, bitDepth, float, frameBytes } = header;
  if (bitDepth !== 8 && bitDepth !== 16 && bitDepth !== 24 && bitDepth !== 32)
    throw damaged('its format makes no sense');
  const format = { sampleRate, channels, bitDepth, float } as const;
  const writer = new WavWriter(format, { sourceName: '', startedAt: 0, offsetMinutes: 0 });
  const dataBytes = (to - from) * frameBytes;
  const head = writer.header();
  for (const { offset, bytes } of writer.patch(dataBytes)) head.set(bytes, offset);
  return segments([head, ...(ranges ?? []), writer.tail(dataBytes)], files);
}

/** Frames back to back. */
export function framesBody(ranges: readonly ByteRange[], files: Files): ClipBody {
  return segments(ranges, files);
}

/** Whole FLAC frames, numbered anew. Their length is known before: only the numbers in their headers change. */
export async function flacBody(
  chain: Chain,
  units: FlacUnits,
  ranges: readonly ByteRange[] | undefined,
  stretch: Stretch,
  files: Files,
  reopen: () => Promise<Chain>,
): Promise<ClipBody> {
  const isFixed = keepsFrameSize(chain, stretch.from, stretch.to);
  const format = { ...units.headers.format, variable: !isFixed };
  const head = flacClipHeader(format, stretch.to - stretch.from);
  const isCounted = ranges?.every(({ link }) => link.units.container === 'flac' && !link.units.headers.format.variable);
  if (!ranges || isCounted !== true) {
    const writer = () => {
      const flac = new FlacWriter({ format, ...BARE });
      return { header: head, write: (block: Block) => flac.write(block) };
    };
    return built(chain, stretch, { reopen, writer });
  }
  let size = head.length;
  let frames = 0;
  for (const { from, to, at, end, link } of ranges) {
    const { blockSize } = link.units.container === 'flac' ? link.units.headers.format : units.headers.format;
    size += end - at;
    for (let position = from; position < to; position += blockSize) {
      const own = codedNumberBytes(isFixed ? frames : position - stretch.from);
      size += own - codedNumberBytes((position - link.begin) / blockSize);
      frames += 1;
    }
  }
  return generated(size, async function* () {
    const writer = new FlacWriter({ format, ...BARE });
    yield head;
    for (const range of ranges) {
      const parser = new FlacParser();
      if (range.link.units.container === 'flac') parser.push(range.link.units.shortHead);
      for await (const bytes of readRange(range, files)) {
        for (const part of parser.push(bytes).parts) if (part.kind === 'block') yield writer.write(part.block);
      }
      for (const part of parser.flush().parts) if (part.kind === 'block') yield writer.write(part.block);
    }
  });
}

const BARE = { comments: NO_COMMENTS, seekPoints: 0 } as const;

/** What cannot be counted before is made now: Ogg, and files that hold other things between their frames. */
export async function buildClip(
  chain: Chain,
  units: OggUnits | FrameUnits,
  stretch: Stretch,
  reopen: () => Promise<Chain>,
): Promise<ClipBody> {
  if (units.container !== 'ogg')
    return built(chain, stretch, { reopen, writer: () => ({ write: ({ bytes }) => bytes }) });
  const begin = await leadStart(chain, stretch.from);
  const lead = await readLead(chain, begin, stretch.from);
  const metadata = { sourceName: '', startedAt: 0, offsetMinutes: 0, zone: '', title: undefined };
  const writer = () => oggMuxer(units, lead, metadata, CLIP_SERIAL);
  return built(chain, { from: begin, to: stretch.to }, { reopen, writer, ownFrom: stretch.from });
}

interface Making {
  readonly reopen: () => Promise<Chain>;
  readonly writer: () => { readonly header?: Uint8Array; write(block: Block): Uint8Array; end?(): Uint8Array };
  /** Units that end at or before this are passed over. */
  readonly ownFrom?: number;
}

/** Counted by making it once. It is kept when it is small, and made again when it is not. */
async function built(
  chain: Chain,
  { from, to }: Stretch,
  { reopen, writer: makeWriter, ownFrom = from }: Making,
): Promise<ClipBody> {
  const make = async function* (open: Chain): AsyncGenerator<Uint8Array> {
    const writer = makeWriter();
    if (writer.header) yield writer.header;
    for await (const run of open.runs(from, to)) {
      const own = withoutBefore(run, ownFrom);
      if (own) yield writer.write(own.block);
    }
    if (writer.end) yield writer.end();
  };
  let size = 0;
  const parts: Uint8Array[] = [];
  for await (const part of make(chain)) {
    size += part.length;
    if (size <= KEPT_BYTES) parts.push(Uint8Array.from(part));
    else parts.length = 0;
  }
  if (size <= KEPT_BYTES) return segments([concat(parts, size)]);
  return generated(size, async function* () {
    const again = await reopen();
    try {
      yield* make(again);
    } finally {
      await again.close();
    }
  });
}

/** Bytes in memory and in files, one behind the other. */
function segments(parts: readonly (Uint8Array | ByteRange)[], files?: Files): ClipBody {
  const lengthOf = (part: Uint8Array | ByteRange): number => ('link' in part ? part.end - part.at : part.length);
  return {
    size: parts.reduce((sum, part) => sum + lengthOf(part), 0),
    async *bytes(first, last) {
      let at = 0;
      for (const part of parts) {
        const [begin, end] = [Math.max(0, first - at), Math.min(lengthOf(part), last + 1 - at)];
        at += lengthOf(part);
        if (begin >= end) continue;
        if (!('link' in part)) yield part.subarray(begin, end);
        else if (files) yield* readRange({ path: part.path, at: part.at + begin, end: part.at + end }, files);
      }
    },
  };
}

/** What can only be made from its beginning. */
function generated(size: number, make: () => AsyncGenerator<Uint8Array>): ClipBody {
  return {
    size,
    async *bytes(first, last) {
      let at = 0;
      for await (const bytes of make()) {
        const part = bytes.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
        at += bytes.length;
        if (part.length > 0) yield part;
        if (at > last) return;
      }
      if (at !== size) throw damaged('a part of it is not what it was');
    },
  };
}

async function* readRange(
  { path, at, end }: Pick<ByteRange, 'path' | 'at' | 'end'>,
  { fileSystem }: Files,
): AsyncGenerator<Uint8Array> {
  const file: OpenFile = await fileSystem.openForReading(path);
  try {
    for (let next = at, length = FIRST_BYTES; next < end; length = PIECE_BYTES) {
      const bytes = await file.read(next, Math.min(length, end - next));
      if (bytes.length === 0) throw damaged('it is shorter than it was');
      next += bytes.length;
      yield bytes;
    }
  } finally {
    await file.close();
  }
}
