import { createHash } from 'node:crypto';
import { readStreamInfo, STREAM_INFO_BYTES, writeStreamInfo } from '../../engine/containers/flac/metadata.ts';
import type { Storage } from '../storage/storage.ts';
import { countAudio, type Counted } from './audioCount.ts';
import type { ChunkReader } from './chunkReader.ts';
import { FILES, type Media, MEDIA_BYTES, mediaOf } from './media.ts';
import { type Remux, remuxed } from './remuxed.ts';
import { StitchProblem } from './problem.ts';
import { type PartOfSession, partSource } from './incomplete.ts';
import { planWav, wavBytes } from './wavPlan.ts';

/** `fLaC`, and the header of the block that comes first (RFC 9639 8.1). */
const STREAM_INFO_AT = 8;
const WRITE_BYTES = 1024 * 1024;

/** A file that is ready to be named. */
export interface Stitched {
  readonly media: Media;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Of the chunks that it was made of, joined, hex. */
  readonly contentSha256: string | undefined;
  readonly durationMs: number | undefined;
  /** What ffmpeg had to say about audio that it took all the same. */
  readonly remark: string | undefined;
}

export interface StitchRequest {
  readonly reader: ChunkReader;
  readonly mimeType: string;
  /** It is one finished file, whose bytes stay. */
  readonly whole: boolean;
  /** Chunks are missing before `reader`, behind it, or both; where the session begins. */
  readonly part?: Pick<PartOfSession, 'start'>;
  readonly storage: Storage;
  /** Where the file gets its name; `extension` without a dot. */
  readonly keyFor: (extension: string) => string;
  readonly remux: Remux;
  readonly signal: AbortSignal;
}

interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly durationMs: () => number | undefined;
  readonly remark?: string | undefined;
}

/**
 * Makes one file of the chunks of a session, without re-encoding, and gives it its name in the storage.
 * @throws StitchProblem when that cannot be
 */
export async function stitch(request: StitchRequest): Promise<Stitched & { readonly key: string }> {
  const { reader, mimeType, storage, keyFor, signal } = request;
  const media = mediaOf(await (request.part?.start ?? reader).head(MEDIA_BYTES), mimeType);
  if (!media) {
    throw new StitchProblem(
      `What came is no audio of a kind that is known; it was sent as ${mimeType}. All chunks are kept.`,
    );
  }
  const key = keyFor(FILES[media].extension);
  const incoming = await storage.receive(key);
  try {
    const source = await sourceFor(request, media);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const pieces of batched(source.bytes)) {
      signal.throwIfAborted();
      for (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
      }
      await incoming.write(pieces);
    }
    await incoming.publish(key, true);
    return {
      key,
      media,
      bytes,
      sha256: hash.digest('hex'),
      contentSha256: reader.contentSha256(),
      durationMs: source.durationMs(),
      remark: source.remark,
    };
  } finally {
    await incoming.discard();
  }
}

async function sourceFor(request: StitchRequest, media: Media): Promise<Source> {
  const { reader, whole, part } = request;
  const ofPart = part && (await partSource({ reader, start: part.start }, media));
  if (ofPart) return ofPart;
  switch (media) {
    case 'wav':
      return wavSource(reader);
    case 'flac':
      return flacSource(reader);
    case 'ogg':
    case 'mpeg':
    case 'adts':
      return countedSource(reader, media);
    case 'mp4':
    case 'webm':
      return whole ? { bytes: reader.read(), durationMs: () => undefined } : remuxed(request, media);
  }
}

async function wavSource(reader: ChunkReader): Promise<Source> {
  const { header, skip, dataBytes, durationMs } = await planWav(reader);
  const source = { durationMs: () => durationMs };
  if (!header) return { ...source, bytes: reader.read() };
  return { ...source, bytes: wavBytes(header, reader, skip, dataBytes) };
}

function countedSource(reader: ChunkReader, media: 'ogg' | 'mpeg' | 'adts'): Source {
  let counted: Counted | undefined;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    const count = countAudio(media);
    for await (const piece of reader.read()) {
      count.push(piece);
      yield piece;
    }
    counted = demandAudio(count.finish());
  };
  return { bytes: bytes(), durationMs: () => counted?.durationMs };
}

/** How many samples there are stands at the front, and is known at the end: the frames are gone through before. */
async function flacSource(reader: ChunkReader): Promise<Source> {
  const count = countAudio('flac');
  for await (const piece of reader.read()) count.push(piece);
  const counted = demandAudio(count.finish());
  const head = await reader.head(STREAM_INFO_AT + STREAM_INFO_BYTES);
  const info =
    Buffer.from(head.subarray(0, 4)).toString('latin1') === 'fLaC'
      ? readStreamInfo(head.subarray(STREAM_INFO_AT))
      : undefined;
  const durationMs = (): number => counted.durationMs;
  if (!info || info.totalSamples > 0) return { bytes: reader.read(), durationMs };
  const { samples, minFrameBytes, maxFrameBytes } = counted;
  const known = writeStreamInfo({ ...info, totalSamples: samples, minFrameBytes, maxFrameBytes });
  return { bytes: overwritten(reader.read(), STREAM_INFO_AT, known), durationMs };
}

/** The same bytes with others from `at` on. */
async function* overwritten(
  bytes: AsyncIterable<Uint8Array>,
  at: number,
  patch: Uint8Array,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const piece of bytes) {
    const from = Math.max(position, at);
    const to = Math.min(position + piece.length, at + patch.length);
    if (from < to) {
      const changed = Uint8Array.from(piece);
      changed.set(patch.subarray(from - at, to - at), from - position);
      yield changed;
    } else {
      yield piece;
    }
    position += piece.length;
  }
}

function demandAudio(counted: Counted): Counted {
  if (counted.samples > 0) return counted;
  throw new StitchProblem('There is no audio in it: not one whole frame came. All chunks are kept.');
}

/** Small pieces, as chunks of a second are, cost a write each otherwise. */
async function* batched(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[]> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < WRITE_BYTES) continue;
    yield pieces;
    pieces = [];
    bytes = 0;
  }
  if (bytes > 0) yield pieces;
}
