import { randomBytes } from 'node:crypto';
import { adtsSyntax } from '../../engine/containers/adts.ts';
import { BitReservoir } from '../../engine/containers/bitReservoir.ts';
import type { Block } from '../../engine/containers/block.ts';
import { type FlacHeaders, FlacParser } from '../../engine/containers/flac/flacParser.ts';
import { FlacWriter } from '../../engine/containers/flac/flacWriter.ts';
import { BLOCK_HEADER_BYTES, STREAM_INFO_BYTES, STREAM_MARKER } from '../../engine/containers/flac/metadata.ts';
import { FrameParser } from '../../engine/containers/frameParser.ts';
import { mpegAudioSyntax } from '../../engine/containers/mpegAudio.ts';
import { OggParser } from '../../engine/containers/ogg/oggParser.ts';
import { OggWriter } from '../../engine/containers/ogg/oggWriter.ts';
import { pageLength } from '../../engine/containers/ogg/page.ts';
import type { ChunkReader } from './chunkReader.ts';
import type { Media } from './media.ts';
import { StitchProblem } from './problem.ts';
import { planWav, planWavAfter, wavBytes } from './wavPlan.ts';

/** Headers of a stream are no longer than this, bytes. */
const MOST_HEADER_BYTES = 4 * 1024 * 1024;
const SEEK_POINTS = 900;
/** The flag of the last block of metadata (RFC 9639 8.1). */
const LAST_BLOCK = 0x80;

export interface PartSource {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly durationMs: () => number | undefined;
}

/** The chunks of one part, and where the session begins: a part behind a gap has no headers of its own. */
export interface PartOfSession {
  readonly reader: ChunkReader;
  /** The chunks from the first one on that come before every gap; undefined when the first is missing. */
  readonly start: ChunkReader | undefined;
}

/**
 * What can be played of chunks between two gaps: whole units, with headers, from time zero on. Undefined: as they come,
 * for they are a beginning that ffmpeg reads. @throws StitchProblem where the container cannot begin in the middle
 */
export async function partSource(part: PartOfSession, media: Media): Promise<PartSource | undefined> {
  const isStart = part.start === part.reader;
  switch (media) {
    case 'wav':
      return wavPart(part);
    case 'flac':
      return flacPart(part);
    case 'ogg':
      return oggPart(part);
    case 'mpeg':
    case 'adts':
      return framePart(part.reader, media);
    case 'mp4':
    case 'webm':
      if (isStart) return undefined;
      throw needsStart();
  }
}

async function wavPart({ reader, start }: PartOfSession): Promise<PartSource> {
  const isStart = start === reader;
  const { header, skip, dataBytes, durationMs } = isStart
    ? await planWav(reader)
    : await planWavAfter(reader, start ?? reader);
  const bytes = header ? wavBytes(header, reader, skip, dataBytes) : reader.read();
  return { bytes, durationMs: () => durationMs };
}

/** The frames are gone through twice: how many there are stands at the front. */
async function flacPart(part: PartOfSession): Promise<PartSource> {
  let writer: FlacWriter | undefined;
  let header = new Uint8Array(0);
  let payload = 0;
  let samples = 0;
  let first: FlacHeaders | undefined;
  for await (const { block, headers } of flacBlocks(part)) {
    first ??= headers;
    writer ??= flacWriter(headers);
    if (header.length === 0) header = Uint8Array.from(writer.header());
    payload += writer.write(block).length;
    samples += block.samples;
    for (const { offset, bytes } of writer.patch(payload)) header.set(bytes, offset);
  }
  if (!first || samples === 0) throw withoutAudio();
  const { sampleRate } = first.format;
  return { bytes: flacBytes(part, header), durationMs: () => (samples / sampleRate) * 1000 };
}

async function* flacBytes(part: PartOfSession, header: Uint8Array): AsyncGenerator<Uint8Array> {
  yield header;
  let writer: FlacWriter | undefined;
  for await (const { block, headers } of flacBlocks(part)) {
    writer ??= flacWriter(headers);
    yield writer.write(block);
  }
}

const flacWriter = ({ format, comments }: FlacHeaders): FlacWriter =>
  new FlacWriter({ format, comments, seekPoints: SEEK_POINTS });

async function* flacBlocks({
  reader,
  start,
}: PartOfSession): AsyncGenerator<{ readonly block: Block; readonly headers: FlacHeaders }> {
  const parser = new FlacParser();
  let headers: FlacHeaders | undefined;
  const take = function* ({ parts }: ReturnType<FlacParser['push']>) {
    for (const part of parts) {
      if (part.kind === 'headers') headers = sameFlac(headers, part.headers);
      else if (part.kind === 'block' && headers) yield { block: part.block, headers };
    }
  };
  if (start && start !== reader) {
    const head = Uint8Array.from(await start.head(STREAM_MARKER.length + BLOCK_HEADER_BYTES + STREAM_INFO_BYTES));
    const flagsAt = STREAM_MARKER.length;
    head[flagsAt] = (head[flagsAt] ?? 0) | LAST_BLOCK;
    yield* take(parser.push(head));
  }
  for await (const piece of reader.read()) yield* take(parser.push(piece));
  yield* take(parser.flush());
}

function sameFlac(known: FlacHeaders | undefined, next: FlacHeaders): FlacHeaders {
  if (!known) return next;
  const names = ['sampleRate', 'channels', 'bitDepth', 'variable', 'blockSize'] as const;
  if (names.every((name) => known.format[name] === next.format[name])) return known;
  throw new StitchProblem('The FLAC stream goes on in another format, which cannot be joined. All chunks are kept.');
}

/** A stream that began again in the middle follows as a chain, as Ogg allows. */
async function oggPart({ reader, start }: PartOfSession): Promise<PartSource> {
  const isStart = start === reader;
  const head = start && !isStart ? await start.head(MOST_HEADER_BYTES) : undefined;
  let durationMs = 0;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    const parser = new OggParser();
    const serial = randomBytes(4).readUInt32LE();
    let writers = 0;
    let writer: { readonly of: OggWriter; readonly sampleRate: number } | undefined;
    const end = function* () {
      if (!writer) return;
      yield writer.of.end();
      durationMs += (writer.of.samples / writer.sampleRate) * 1000;
    };
    const take = function* ({ parts }: ReturnType<OggParser['push']>) {
      for (const part of parts) {
        if (part.kind === 'block' && writer) yield writer.of.write(part.block);
        if (part.kind !== 'headers') continue;
        yield* end();
        const { headers } = part;
        // Headers of the start do not make what follows a gap the first packets of their stream.
        const isFirst = isStart || writers > 0;
        const options = { headers, comments: headers.comments, serial: (serial + writers) % 0x100000000, isFirst };
        writer = { of: new OggWriter(options), sampleRate: headers.sampleRate };
        writers += 1;
        yield writer.of.header();
      }
    };
    if (head) {
      const { parts, skipped } = parser.push(head.subarray(0, oggHeaderBytes(head)));
      yield* take({ parts: parts.filter(({ kind }) => kind === 'headers'), skipped });
    }
    for await (const piece of reader.read()) yield* take(parser.push(piece));
    yield* take(parser.flush());
    yield* end();
    if (durationMs === 0) throw withoutAudio();
  };
  return { bytes: bytes(), durationMs: () => durationMs };
}

/** How many bytes the pages take that hold the headers of the stream. */
function oggHeaderBytes(head: Uint8Array): number {
  const parser = new OggParser();
  for (let at = 0; ;) {
    const length = pageLength(head, at) ?? 0;
    if (length === 0 || at + length > head.length) throw withoutAudio();
    const { parts } = parser.push(head.subarray(at, at + length));
    at += length;
    if (parts.some(({ kind }) => kind === 'headers')) return at;
  }
}

function framePart(reader: ChunkReader, media: 'mpeg' | 'adts'): PartSource {
  let durationMs = 0;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    const parser = new FrameParser(media === 'mpeg' ? mpegAudioSyntax : adtsSyntax);
    const reservoir = media === 'mpeg' ? new BitReservoir() : undefined;
    const take = function* (block: Block | undefined) {
      const whole = block && (reservoir ? settled(block, reservoir) : block);
      if (!whole || whole.samples === 0) return;
      durationMs += (whole.samples / (parser.format?.sampleRate ?? Infinity)) * 1000;
      yield whole.bytes;
    };
    for await (const piece of reader.read()) {
      const { block, changedTo } = parser.push(piece);
      yield* take(block);
      if (changedTo) {
        throw new StitchProblem('The audio goes on in another format, which cannot be joined. All chunks are kept.');
      }
    }
    yield* take(parser.flush().block);
    if (durationMs === 0) throw withoutAudio();
  };
  return { bytes: bytes(), durationMs: () => durationMs };
}

/** Without the frames at the start whose data is in the gap. */
function settled(block: Block, reservoir: BitReservoir): Block {
  let bytes = 0;
  let samples = 0;
  for (const frame of block.frames ?? []) {
    if (!reservoir.lacks(block.bytes.subarray(bytes, bytes + frame.bytes))) break;
    bytes += frame.bytes;
    samples += frame.samples;
  }
  return { bytes: block.bytes.subarray(bytes), samples: block.samples - samples };
}

const needsStart = (): StitchProblem =>
  new StitchProblem('What comes after the gap cannot be played without what is missing. All chunks are kept.');

const withoutAudio = (): StitchProblem =>
  new StitchProblem('There is no audio in this part that can be played by itself. All chunks are kept.');
