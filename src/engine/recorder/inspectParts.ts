import { LongtakeError } from '../../shared/errors.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import type { Block } from '../containers/block.ts';
import { FlacParser } from '../containers/flac/flacParser.ts';
import { FlacWriter } from '../containers/flac/flacWriter.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_SEEK_TABLE,
  STREAM_INFO_BYTES,
  STREAM_MARKER,
  isStreamMarker,
  readStreamInfo,
} from '../containers/flac/metadata.ts';
import { SEEK_POINT_BYTES } from '../containers/flac/seekTable.ts';
import { OggParser, type PagePlace } from '../containers/ogg/oggParser.ts';
import { lastGranule, MOST_PAGE_BYTES } from '../containers/ogg/page.ts';
import { type StreamHeaders, areAlike, formatOf } from '../containers/streamHeaders.ts';
import type { FlushedParts, ParsedParts } from '../containers/streamPart.ts';
import { NO_COMMENTS } from '../containers/vorbisComment.ts';
import type { Patch } from '../containers/wav.ts';
import type { Inspection } from './inspect.ts';

const PIECE_BYTES = 256 * 1024;
/** `fLaC` and STREAMINFO, and the header of the block behind it. */
const FLAC_START_BYTES = STREAM_MARKER.length + 2 * BLOCK_HEADER_BYTES + STREAM_INFO_BYTES;

/** What {@link inspectOgg} finds besides. */
export interface OggInspection extends Inspection {
  /** The last page with which the file can end. */
  readonly lastPage: PagePlace;
}

/** What {@link inspectFlac} finds besides. */
export interface FlacInspection extends Inspection {
  /** Behind the last whole frame, bytes from the start of the file. */
  readonly end: number;
  /** Corrections that make the header tell what is in the file. */
  readonly patches: readonly Patch[];
}

/** Reads an Ogg file. Rejects with DAMAGED when there is no audio in it. */
export async function inspectOgg(file: OpenFile, signal?: AbortSignal): Promise<OggInspection> {
  const bytes = await file.size();
  const parser = new OggParser();
  const parts = await readParts(file, parser, (headers) => ({ container: 'ogg', headers }), undefined, signal);
  const { lastPage } = parser;
  if (!parts.headers || !lastPage || parts.samples === 0) throw withoutAudio('Ogg');
  const trailingBytes = bytes - lastPage.at - lastPage.bytes;
  return {
    container: 'ogg',
    format: formatOf(parts.headers, parts.bitrate),
    samples: parts.samples,
    bytes,
    trailingBytes,
    needsRepair: trailingBytes > 0 || !lastPage.isLast,
    lastPage,
  };
}

/** Reads a FLAC file. Rejects with DAMAGED when there is no audio in it. */
export async function inspectFlac(file: OpenFile, signal?: AbortSignal): Promise<FlacInspection> {
  const bytes = await file.size();
  const start = await file.read(0, FLAC_START_BYTES);
  const isFile = isStreamMarker(start, 0);
  const infoAt = STREAM_MARKER.length + BLOCK_HEADER_BYTES;
  const info = isFile ? readStreamInfo(start.subarray(infoAt, infoAt + STREAM_INFO_BYTES)) : undefined;
  const index = new FlacIndex(start);
  const parts = await readParts(
    file,
    new FlacParser(),
    (headers) => ({ container: 'flac', headers }),
    (headers, block) => index.add(headers, block),
    signal,
  );
  if (!parts.headers || parts.samples === 0) throw withoutAudio('FLAC');
  return {
    container: 'flac',
    format: formatOf(parts.headers, parts.bitrate),
    samples: parts.samples,
    bytes,
    trailingBytes: parts.rest,
    // The start of a stream may be a file of another program; without a header nothing can be stated in it.
    needsRepair: parts.rest > 0 || (info !== undefined && info.totalSamples !== parts.samples),
    end: bytes - parts.rest,
    patches: info ? index.patches() : [],
  };
}

/** Sample frames that the header of a FLAC file states; undefined when it states none. */
export async function statedSamples(file: OpenFile): Promise<number | undefined> {
  const start = await file.read(0, FLAC_START_BYTES);
  if (!isStreamMarker(start, 0)) return undefined;
  return readStreamInfo(start.subarray(STREAM_MARKER.length + BLOCK_HEADER_BYTES))?.totalSamples || undefined;
}

/**
 * Sample frames that an Ogg file of ours plays up to its last whole page, by what that page says, at the rate of its
 * granules; undefined when it has none. Reads no more than its two ends.
 */
export async function playedByLastPage(file: OpenFile): Promise<number | undefined> {
  const start = await file.read(0, MOST_PAGE_BYTES);
  const parser = new OggParser();
  const [headers] = parser.push(start).parts.flatMap((part) => (part.kind === 'headers' ? [part.headers] : []));
  if (!headers) return undefined;
  const size = await file.size();
  const end = await file.read(Math.max(0, size - 2 * MOST_PAGE_BYTES), 2 * MOST_PAGE_BYTES);
  const granule = lastGranule(end);
  return granule === undefined ? undefined : Math.max(0, granule - headers.preSkip);
}

/** Makes the header of a FLAC file anew from its frames. */
class FlacIndex {
  readonly #seekPoints: number;
  #writer: FlacWriter | undefined;
  #bytes = 0;

  constructor(start: Uint8Array) {
    const at = FLAC_START_BYTES - BLOCK_HEADER_BYTES;
    const [type = 0, high = 0, middle = 0, low = 0] = start.subarray(at);
    const length = (high << 16) | (middle << 8) | low;
    // Only a table that stands where ours do; another program's is left as it is.
    this.#seekPoints = (type & 0x7f) === BLOCK_SEEK_TABLE ? Math.floor(length / SEEK_POINT_BYTES) : 0;
  }

  add(headers: StreamHeaders, block: Block): void {
    if (headers.container !== 'flac') return;
    this.#writer ??= new FlacWriter({
      format: headers.headers.format,
      comments: NO_COMMENTS,
      seekPoints: this.#seekPoints,
    });
    this.#bytes += this.#writer.write(block).length;
    this.#writer.patch(this.#bytes);
  }

  patches(): readonly Patch[] {
    return this.#writer?.wholePatch(this.#bytes) ?? [];
  }
}

interface PartParser<Headers> {
  push(bytes: Uint8Array): ParsedParts<Headers>;
  flush(): FlushedParts<Headers>;
}

/** Everything up to where the file goes on in another format. */
async function readParts<Headers>(
  file: OpenFile,
  parser: PartParser<Headers>,
  name: (headers: Headers) => StreamHeaders,
  onBlock: ((headers: StreamHeaders, block: Block) => void) | undefined,
  signal: AbortSignal | undefined,
) {
  const size = await file.size();
  let headers: StreamHeaders | undefined;
  let isAlike = true;
  let samples = 0;
  let bytes = 0;
  const take = ({ parts }: ParsedParts<Headers>): void => {
    for (const part of parts) {
      if (part.kind === 'headers') {
        const named = name(part.headers);
        isAlike = headers === undefined || areAlike(headers, named);
        headers ??= named;
      } else if (part.kind === 'block' && headers && isAlike) {
        samples += part.block.samples;
        bytes += part.block.bytes.length;
        onBlock?.(headers, part.block);
      }
    }
  };
  for (let at = 0; at < size; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    take(parser.push(await file.read(at, PIECE_BYTES)));
  }
  const end = parser.flush();
  take(end);
  const rate = headers ? formatOf(headers, 0).sampleRate : 0;
  return {
    headers,
    samples,
    bitrate: samples > 0 ? (bytes * 8 * rate) / samples : 0,
    /** Bytes behind the last unit. */
    rest: end.trailing + end.skipped,
  };
}

function withoutAudio(name: string): LongtakeError {
  return new LongtakeError('DAMAGED', `This file cannot be read as audio: there is none in this ${name} file.`);
}
