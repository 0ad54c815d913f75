import { ByteQueue } from '../byteQueue.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from '../id3.ts';
import { type FlushedParts, type ParsedParts, PartCollector } from '../streamPart.ts';
import { type Comments, NO_COMMENTS } from '../vorbisComment.ts';
import { crc16, placeMark } from './crc.ts';
import { type FlacFrameHeader, LONGEST_HEADER, longestFrame, readFlacFrameHeader } from './frameHeader.ts';
import { MetadataReader, STREAM_MARKER, type StreamInfo, isStreamMarker } from './metadata.ts';

/** What frames that go into one file have in common. */
export interface FlacFormat {
  /** Hz, 1 to 1048575. */
  readonly sampleRate: number;
  /** 1 to 8. */
  readonly channels: number;
  /** Of one sample, 4 to 32. */
  readonly bitDepth: number;
  /** Frames of any size; otherwise all but the last are of `blockSize`. */
  readonly variable: boolean;
  /** Sample frames per FLAC frame; of the first one when `variable`. */
  readonly blockSize: number;
}

/** What a segment of a FLAC stream begins with. */
export interface FlacHeaders {
  readonly codec: 'flac';
  readonly format: FlacFormat;
  readonly comments: Comments;
}

/** A place where a frame may begin. */
interface Candidate {
  at: number;
  readonly header: FlacFrameHeader;
  readonly mark: number;
  /** Of the frame, bytes. */
  readonly longest: number;
}

/** Places kept at once: the frame that is waited for, and headers that its bytes happen to look like. */
const MOST_CANDIDATES = 16;
const SYNC_BYTE = 0xff;
/** Bytes without a frame that are kept because a `fLaC` with its metadata may stand in them. */
const KEPT_BEHIND = 256 * 1024;

/**
 * Finds the frames of a FLAC stream (RFC 9639) that comes in pieces of any size. A frame does not state its length: it
 * ends where the next header stands and the CRC-16 up to there is right. The bytes are looked at once, whatever comes
 * in, and at most the longest frame that the last header allows is held (2.2 MB for 8 channels of 32 bits, 65535
 * samples each). A frame that something else than a frame or `fLaC` follows cannot be told from a damaged one, and is
 * skipped.
 */
export class FlacParser {
  readonly #queue = new ByteQueue();
  #bytes: Uint8Array = new Uint8Array(0);
  #out = new PartCollector<FlacHeaders>();
  #skipped = 0;
  #started = false;
  #passOver = 0;
  #metadata: MetadataReader | undefined;
  #info: StreamInfo | undefined;
  #comments: Comments = NO_COMMENTS;
  #format: FlacFormat | undefined;
  /** Number that the next frame has when nothing is lost. */
  #expected = 0;

  // Positions count from the front of the queue.
  #candidates: Candidate[] = [];
  /** Where what has not been given out or skipped begins. */
  #done = 0;
  #scanned = 0;
  #summed = 0;
  #sum = 0;
  /** Of `#summed` in the stream; only its remainder matters. */
  #position = 0;

  /** Takes the next bytes. */
  push(bytes: Uint8Array): ParsedParts<FlacHeaders> {
    this.#queue.append(bytes);
    this.#skipped = 0;
    this.#bytes = this.#queue.bytes;
    if (this.#begin()) this.#scan(this.#bytes.length - LONGEST_HEADER);
    this.#settle();
    return { parts: this.#out.take(), skipped: this.#skipped };
  }

  /** Ends the stream: a last frame needs no other behind it. The parser is then as new. */
  flush(): FlushedParts<FlacHeaders> {
    this.#skipped = 0;
    this.#bytes = this.#queue.bytes;
    this.#started ||= !this.#metadata;
    const end = this.#bytes.length;
    if (this.#started) {
      this.#scan(end - 1);
      this.#takeLast(end);
    }
    const waiting = this.#candidates.at(0)?.at;
    const trailing = this.#started && waiting === this.#done ? end - this.#done : 0;
    this.#skipped += end - trailing - this.#done;
    this.#done = end;
    const parts = this.#out.take();
    const result = { parts, skipped: this.#skipped, trailing };
    this.#reset();
    return result;
  }

  #reset(): void {
    this.#queue.drop(this.#queue.length);
    this.#started = false;
    this.#passOver = 0;
    this.#metadata = undefined;
    this.#info = undefined;
    this.#comments = NO_COMMENTS;
    this.#format = undefined;
    this.#candidates = [];
    this.#done = 0;
    this.#restart(0);
  }

  /** Passes tags and metadata at the start; true once frames may come. */
  #begin(): boolean {
    if (this.#started) return true;
    if (!this.#metadata) {
      if (!this.#passTags()) return false;
      if (!isStreamMarker(this.#bytes, this.#done)) return this.#startAt(this.#done);
      this.#metadata = new MetadataReader();
      this.#done += STREAM_MARKER.length;
    }
    this.#done = this.#metadata.read(this.#bytes, this.#done);
    if (this.#metadata.state === 'blocks') return false;
    this.#info = this.#metadata.info;
    this.#comments = this.#metadata.comments;
    this.#metadata = undefined;
    return this.#startAt(this.#done);
  }

  /** An ID3 tag may stand before the marker; false while it cannot be told. */
  #passTags(): boolean {
    for (;;) {
      const here = Math.min(this.#passOver, this.#bytes.length - this.#done);
      this.#passOver -= here;
      this.#skipped += here;
      this.#done += here;
      if (this.#bytes.length - this.#done < ID3V2_HEADER_BYTES) return false;
      this.#passOver = tagBytes(this.#bytes, this.#done);
      if (this.#passOver === 0) return true;
    }
  }

  #startAt(at: number): true {
    this.#started = true;
    this.#restart(at);
    return true;
  }

  #restart(at: number): void {
    this.#scanned = at;
    this.#summed = at;
    this.#sum = 0;
    this.#position = 0;
  }

  /** Looks at every place before `limit` where a frame may begin. */
  #scan(limit: number): void {
    while (this.#scanned < limit) {
      const found = this.#bytes.indexOf(SYNC_BYTE, this.#scanned);
      if (found < 0 || found >= limit) {
        this.#scanned = found < 0 ? Math.max(this.#scanned, limit) : found;
        return;
      }
      const header = readFlacFrameHeader(this.#bytes, found);
      if (header && this.#isComplete(header)) this.#consider(found, header);
      this.#scanned = found + 1;
    }
  }

  /** Without STREAMINFO a frame must state its own rate and depth, or it could not be put into a file. */
  #isComplete(header: FlacFrameHeader): boolean {
    const known = this.#info ?? this.#format;
    return known !== undefined || (header.sampleRate > 0 && header.bitDepth > 0);
  }

  #consider(at: number, header: FlacFrameHeader): void {
    const mark = this.#markAt(at);
    this.#expire(at);
    const begin = this.#candidates.findIndex((one) => one.mark === mark && follows(one.header, header));
    const candidate = this.#candidates[begin];
    if (candidate) {
      this.#take(candidate.header, candidate.at, at);
      this.#candidates = [];
    } else if (this.#candidates.length === MOST_CANDIDATES) {
      // The first one is where the next frame most likely begins.
      this.#candidates.splice(1, 1);
    }
    this.#candidates.push({ at, header, mark, longest: longestFrame(header) });
  }

  #expire(at: number): void {
    const isExpired = (one: Candidate) => at - one.at > one.longest;
    if (this.#candidates.some(isExpired)) this.#candidates = this.#candidates.filter((one) => !isExpired(one));
  }

  #markAt(at: number): number {
    this.#sum = crc16(this.#bytes, this.#summed, at, this.#sum);
    this.#position += at - this.#summed;
    this.#summed = at;
    return placeMark(this.#sum, this.#position);
  }

  /** At the end of the stream the last frame ends. */
  #takeLast(end: number): void {
    const mark = this.#markAt(end);
    const last = this.#candidates.findIndex((one) => one.mark === mark && end - one.at > one.header.headerBytes);
    const candidate = this.#candidates[last];
    if (candidate) this.#take(candidate.header, candidate.at, end);
    this.#candidates = candidate ? [] : this.#candidates;
  }

  #take(header: FlacFrameHeader, at: number, end: number): void {
    if (at > this.#done) this.#passBy(at);
    const format = this.#formatOf(header);
    const lost = this.#lost(header, format);
    if (lost === undefined) {
      this.#format = format;
      this.#out.headers({ codec: 'flac', format, comments: this.#comments });
    } else if (lost > 0) {
      this.#out.hole(lost);
    }
    this.#out.add(this.#bytes.slice(at, end), header.blockSize);
    this.#expected = header.number + (header.variable ? header.blockSize : 1);
    this.#done = end;
  }

  /** Sample frames that are missing before this frame; undefined when it belongs to another segment. */
  #lost(header: FlacFrameHeader, format: FlacFormat): number | undefined {
    const known = this.#format;
    if (!known || !isSame(known, format) || header.number < this.#expected) return undefined;
    return (header.number - this.#expected) * (format.variable ? 1 : known.blockSize);
  }

  #formatOf(header: FlacFrameHeader): FlacFormat {
    const stated = this.#info ?? this.#format;
    // A stream of one size states it; its last frame may be the first that is seen, and be shorter.
    const fixed = this.#info?.minBlockSize === this.#info?.maxBlockSize ? (this.#info?.maxBlockSize ?? 0) : 0;
    const isFixed = !header.variable && fixed >= header.blockSize;
    const before = this.#format && !header.variable && !this.#format.variable ? this.#format.blockSize : 0;
    return {
      sampleRate: header.sampleRate || (stated?.sampleRate ?? 0),
      channels: header.channels,
      bitDepth: header.bitDepth || (stated?.bitDepth ?? 0),
      variable: header.variable,
      blockSize: isFixed ? fixed : Math.max(before, header.blockSize),
    };
  }

  /** Skips to `end`. The stream may have begun anew in there: then a frame ends before `fLaC`, and another STREAMINFO
   * and other comments hold. */
  #passBy(end: number): void {
    const from = this.#done;
    const marker = this.#findMarker(from, end);
    if (marker !== undefined) {
      const first = this.#format ? readFlacFrameHeader(this.#bytes, from) : undefined;
      const isWhole = crc16(this.#bytes, from, marker) === 0;
      if (first && isWhole && marker - from > first.headerBytes) this.#take(first, from, marker);
      const metadata = new MetadataReader();
      const behind = metadata.read(this.#bytes.subarray(0, end), marker + STREAM_MARKER.length);
      if (metadata.state === 'done') {
        this.#skipped += marker - this.#done;
        this.#done = behind;
        this.#info = metadata.info;
        this.#comments = metadata.comments;
        this.#format = undefined;
      }
    }
    this.#skipped += end - this.#done;
    this.#done = end;
  }

  #findMarker(from: number, end: number): number | undefined {
    const [first = 0] = STREAM_MARKER;
    const last = end - STREAM_MARKER.length;
    for (let at = this.#bytes.indexOf(first, from); at >= 0 && at <= last; at = this.#bytes.indexOf(first, at + 1)) {
      if (isStreamMarker(this.#bytes, at)) return at;
    }
    return undefined;
  }

  /** Gives up on places whose frame would have ended by now, and lets go of the bytes before the first that is left. */
  #settle(): void {
    if (this.#started) {
      const at = this.#scanned;
      this.#expire(at);
      const keep = this.#candidates[0]?.at ?? at;
      if (keep > this.#done + KEPT_BEHIND) this.#passBy(keep);
      this.#markAt(Math.max(this.#summed, Math.min(at, this.#bytes.length)));
    }
    const count = this.#done;
    this.#queue.drop(count);
    for (const candidate of this.#candidates) candidate.at -= count;
    this.#scanned -= count;
    this.#summed -= count;
    this.#done = 0;
  }
}

function follows(before: FlacFrameHeader, header: FlacFrameHeader): boolean {
  if (before.variable !== header.variable || before.sampleRate !== header.sampleRate) return false;
  if (before.channels !== header.channels || before.bitDepth !== header.bitDepth) return false;
  const next = before.number + (before.variable ? before.blockSize : 1);
  return header.number === next || header.number === 0;
}

function isSame(left: FlacFormat, right: FlacFormat): boolean {
  return (
    left.sampleRate === right.sampleRate &&
    left.channels === right.channels &&
    left.bitDepth === right.bitDepth &&
    left.variable === right.variable &&
    (left.variable || left.blockSize === right.blockSize)
  );
}
