import { ByteQueue } from '../byteQueue.ts';
import { concat } from '../bytes.ts';
import { type FlushedParts, type ParsedParts, PartCollector } from '../streamPart.ts';
import { type OggCodec, type OggHeaders, identifyCodec } from './oggCodec.ts';
import { type OggPage, findPage, isIntact, pageLength, readPage } from './page.ts';

/** The logical stream that is read. */
interface LogicalStream {
  readonly serial: number;
  readonly codec: OggCodec;
  /** Of the next page when none is lost; undefined before the first page of audio. */
  sequence: number | undefined;
  /** The headers have been given out. */
  isReady: boolean;
  /** Audio has been given out. */
  hasAudio: boolean;
  /** Of the last page on which a packet ended. */
  granule: number | undefined;
  /** Sample frames of the pre-skip that are still to come. */
  toSkip: number;
}

/** Where a page stands in the stream, from its beginning, bytes. */
export interface PagePlace {
  readonly at: number;
  readonly bytes: number;
  /** It says that nothing follows it. */
  readonly isLast: boolean;
  readonly granule: number | undefined;
}

interface TimedPacket {
  readonly bytes: Uint8Array;
  samples: number;
}

/** A longer packet is no audio, and no header that anyone needs. */
const LARGEST_PACKET = 4 * 1024 * 1024;
/** Bytes of false pages that are checked per byte that comes in, and at most at once. */
const CHECKS_PER_BYTE = 16;
const MOST_CHECKS = 8 * 1024 * 1024;

/**
 * Takes an Ogg stream (RFC 3533) that comes in pieces of any size apart into the packets of its first audio stream:
 * Vorbis, Opus or FLAC. A stream that follows in a chain begins a new segment. Pages whose check is wrong are skipped;
 * lost pages and packets are a hole. Holds a page and an unfinished packet of 4 MiB at most.
 */
export class OggParser {
  readonly #queue = new ByteQueue();
  readonly #out = new PartCollector<OggHeaders>();
  #skipped = 0;
  #credit = MOST_CHECKS;
  #stream: LogicalStream | undefined;
  /** Only first pages came since the last other one: these are streams that are played together (RFC 3533 4.). */
  #isGroupOpen = false;
  #partial: Uint8Array[] = [];
  #partialBytes = 0;
  #isLost = false;
  /** Of what was dropped from the queue, bytes. */
  #dropped = 0;
  #lastPage: PagePlace | undefined;

  /** The last page of the audio at whose end no packet is unfinished; undefined before the first. */
  get lastPage(): PagePlace | undefined {
    return this.#lastPage;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): ParsedParts<OggHeaders> {
    this.#skipped = 0;
    this.#credit = Math.min(MOST_CHECKS, this.#credit + CHECKS_PER_BYTE * bytes.length);
    this.#queue.append(bytes);
    const end = this.#readPages(this.#queue.bytes, false);
    const parts = this.#out.take();
    this.#queue.drop(end);
    this.#dropped += end;
    return { parts, skipped: this.#skipped };
  }

  /** Ends the stream. The parser is then as new. */
  flush(): FlushedParts<OggHeaders> {
    this.#skipped = 0;
    const bytes = this.#queue.bytes;
    const end = this.#readPages(bytes, true);
    const parts = this.#out.take();
    const result = { parts, skipped: this.#skipped, trailing: bytes.length - end };
    this.#queue.drop(bytes.length);
    this.#dropped = 0;
    this.#stream = undefined;
    this.#isGroupOpen = false;
    this.#dropPartial();
    this.#isLost = false;
    return result;
  }

  /** Returns up to where the bytes are dealt with. At the end of the stream, pages are looked for in a torn one too. */
  #readPages(bytes: Uint8Array, isEnd: boolean): number {
    let done = 0;
    let at = 0;
    for (;;) {
      at = findPage(bytes, at);
      const length = at < bytes.length ? pageLength(bytes, at) : undefined;
      const isWhole = length !== undefined && at + length <= bytes.length;
      if (!isWhole && (!isEnd || at === bytes.length)) break;
      if (isWhole && length > 0 && this.#check(bytes, at, length)) {
        this.#skipped += at - done;
        this.#takePage(readPage(bytes, at), length, this.#dropped + at);
        at += length;
        done = at;
      } else {
        at += 1;
      }
    }
    if (isEnd) at = this.#tornPage(bytes, done);
    this.#skipped += at - done;
    return at;
  }

  #tornPage(bytes: Uint8Array, from: number): number {
    const at = findPage(bytes, from);
    const length = pageLength(bytes, at);
    return length === undefined || at + length > bytes.length ? at : bytes.length;
  }

  #check(bytes: Uint8Array, at: number, length: number): boolean {
    if (this.#credit < length) return false;
    if (isIntact(bytes, at, length)) return true;
    this.#credit -= length;
    return false;
  }

  #takePage(page: OggPage, length: number, at: number): void {
    if (page.isFirst) {
      this.#open(page);
      return;
    }
    this.#isGroupOpen = false;
    const stream = this.#stream;
    if (!stream || stream.serial !== page.serial) {
      this.#skipped += length;
      return;
    }
    if (page.endsWhole) this.#lastPage = { at, bytes: length, isLast: page.isLast, granule: page.granule };
    this.#takePackets(stream, page, this.#wholePackets(stream, page));
    if (page.isLast) this.#stream = undefined;
  }

  #open(page: OggPage): void {
    if (!this.#isGroupOpen) this.#stream = undefined;
    this.#isGroupOpen = true;
    const [first] = page.packets;
    const codec = first && page.endsWhole && !this.#stream ? identifyCodec(first.slice()) : undefined;
    if (!codec) return;
    this.#dropPartial();
    this.#isLost = false;
    this.#stream = {
      serial: page.serial,
      codec,
      sequence: undefined,
      isReady: false,
      hasAudio: false,
      granule: undefined,
      toSkip: 0,
    };
  }

  /** Packets that end on this page; those whose beginning is lost are left out. */
  #wholePackets(stream: LogicalStream, page: OggPage): Uint8Array[] {
    const isNext = stream.sequence === undefined || stream.sequence === page.sequence;
    stream.sequence = (page.sequence + 1) % 2 ** 32;
    const isTorn = this.#partial.length > 0 !== page.isContinued;
    if (!isNext || isTorn) this.#isLost = true;
    if (!isNext || !page.isContinued) this.#dropPartial();
    const packets: Uint8Array[] = [];
    for (const [index, part] of page.packets.entries()) {
      const isContinued = index === 0 && page.isContinued;
      const isOrphan = isContinued && this.#partial.length === 0;
      const ends = index < page.packets.length - 1 || page.endsWhole;
      if (isOrphan) this.#skipped += part.length;
      else if (ends) packets.push(isContinued ? this.#complete(part) : part);
      else this.#keep(part);
    }
    return packets;
  }

  #complete(part: Uint8Array): Uint8Array {
    const whole = concat([...this.#partial, part], this.#partialBytes + part.length);
    this.#partial = [];
    this.#partialBytes = 0;
    return whole;
  }

  #keep(part: Uint8Array): void {
    this.#partial.push(part.slice());
    this.#partialBytes += part.length;
    if (this.#partialBytes <= LARGEST_PACKET) return;
    this.#isLost = true;
    this.#dropPartial();
  }

  #dropPartial(): void {
    this.#skipped += this.#partialBytes;
    this.#partial = [];
    this.#partialBytes = 0;
  }

  #takePackets(stream: LogicalStream, page: OggPage, packets: readonly Uint8Array[]): void {
    const timed: TimedPacket[] = [];
    for (const packet of packets) {
      if (!stream.isReady && !this.#takeHeader(stream, packet)) continue;
      const samples = stream.codec.duration(packet);
      if (samples === undefined) this.#skipped += packet.length;
      else timed.push({ bytes: packet, samples });
    }
    if (!stream.isReady) return;
    const total = timed.reduce((sum, packet) => sum + packet.samples, 0);
    if (this.#isLost && timed.length > 0) this.#reportHole(stream, page, total);
    if (page.isLast) trim(timed.toReversed(), this.#excess(stream, page, total));
    stream.toSkip -= trim(timed, stream.toSkip);
    for (const { bytes, samples } of timed) this.#out.add(bytes, samples);
    if (timed.length > 0) stream.hasAudio = true;
    if (packets.length > 0) stream.granule = page.granule;
  }

  /** True when the packet is audio. */
  #takeHeader(stream: LogicalStream, packet: Uint8Array): boolean {
    // Packets are parts of the queue, and headers are kept.
    const taken = stream.codec.take(packet.slice());
    if (taken === 'invalid') this.#stream = undefined;
    if (taken !== 'audio' || this.#stream !== stream) return false;
    stream.isReady = true;
    const headers = stream.codec.headers();
    stream.toSkip = headers.preSkip;
    this.#out.headers({ ...headers, isJoined: this.#isLost });
    return true;
  }

  /** Before the first audio nothing is missing: a live stream is joined anywhere. */
  #reportHole(stream: LogicalStream, page: OggPage, total: number): void {
    this.#isLost = false;
    if (!stream.hasAudio) return;
    const known = page.granule !== undefined && stream.granule !== undefined;
    this.#out.hole(known ? Math.max(0, (page.granule ?? 0) - (stream.granule ?? 0) - total) : 0);
  }

  /** Samples that the last page's packets decode to and that are not part of the audio (RFC 7845 4.4, Vorbis I A.2). */
  #excess(stream: LogicalStream, page: OggPage, total: number): number {
    const before = stream.granule ?? (stream.hasAudio ? undefined : 0);
    if (page.granule === undefined || before === undefined) return 0;
    const excess = before + total - page.granule;
    return excess > 0 && excess <= total ? excess : 0;
  }
}

/** Takes sample frames away from packets, from the first one on; returns how many there were to take. */
function trim(packets: readonly TimedPacket[], count: number): number {
  let left = count;
  for (const packet of packets) {
    const taken = Math.min(left, packet.samples);
    packet.samples -= taken;
    left -= taken;
  }
  return count - left;
}
