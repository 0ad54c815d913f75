import type { Block } from '../block.ts';
import { concat } from '../bytes.ts';
import { readFlacFrameHeader, renumberFrame } from '../flac/frameHeader.ts';
import { fileHeaders } from './fileHeaders.ts';
import type { OggHeaders } from './oggCodec.ts';
import { opusDuration } from './opusPacket.ts';
import { MOST_SEGMENTS, SEGMENT_BYTES, writePage } from './page.ts';
import type { Comments } from '../vorbisComment.ts';

export interface OggWriterOptions {
  readonly headers: OggHeaders;
  /** Written instead of the stream's own. */
  readonly comments: Comments;
  /** Of the logical stream, 0 to 2^32 - 1; should differ from file to file. */
  readonly serial: number;
  /** The file holds the first packet of its segment. */
  readonly isFirst: boolean;
  /**
   * The packets just before the file, to be decoded and not played: 80 ms of Opus or more, one packet of Vorbis. Without
   * them the file holds nothing but its own packets.
   */
  readonly preRoll?: Block;
}

/** No file is complete without a page for longer; what is not on a page is lost when the recorder dies. */
const PAGE_SEC = 0.25;
/**
 * Of an Opus file in mid-stream: what the decoder's window needs to open, 2.5 ms (RFC 6716 4.3.7). A smaller pre-skip is
 * taken for a mistake by readers.
 */
const OPUS_WINDOW = 120;

/**
 * Makes an Ogg file of whole packets of a parsed stream: headers first, pages numbered from 0, time from 0. The file
 * is `header()`, then what `write` returns, then `end()`; it plays at any length. A quarter of a second of audio waits for its
 * page to become full.
 *
 * A file reports exactly what a decoder gives for it. What that is at its beginning depends on the codec. Opus: the
 * pre-skip of the stream belongs to its first file; every other file skips no more than the 2.5 ms in which the window
 * of its decoder opens. But the decoder starts cold there, and comes close to the original only after 80 ms to 0.2 s
 * (RFC 7845 4.6).
 * Vorbis: the first packet of a file only prepares the second, so a file that is played alone begins up to a block later
 * (Vorbis I 4.3.8). With a pre-roll both begin as the stream had it, at the price of a few packets that are in two
 * files. FLAC: exact, and numbered from 0. Over a seam, with the packets joined, nothing differs from the stream.
 */
export class OggWriter {
  readonly #headers: OggHeaders;
  readonly #serial: number;
  #header: Uint8Array;
  readonly #pageSamples: number;
  readonly #preSkip: number;
  readonly #isFirst: boolean;
  #sequence = 0;
  #frames = 0;
  /** Sample frames up to the end of the packets so far. */
  #position = 0;
  #unplayed = 0;

  // Of the page that is being filled.
  #packets: Uint8Array[] = [];
  #segments = 0;
  #begunAt = 0;
  #isContinued = false;
  /** Sample frames of the pre-skip that are still to come; the blocks do not count them. */
  #toSkip: number;

  constructor({ headers, comments, serial, isFirst, preRoll }: OggWriterOptions) {
    this.#headers = headers;
    this.#serial = serial;
    this.#isFirst = isFirst;
    this.#pageSamples = PAGE_SEC * headers.sampleRate;
    const skipped = headers.codec === 'opus' ? (preRoll?.samples ?? OPUS_WINDOW) : 0;
    this.#preSkip = isFirst ? headers.preSkip : skipped;
    this.#toSkip = isFirst ? headers.preSkip : 0;
    this.#header = this.#headerPages(fileHeaders(headers, comments, this.#preSkip));
    if (preRoll && !isFirst && headers.codec !== 'flac') {
      const pages = this.write(preRoll);
      this.#header = joined([this.#header, pages]);
    }
  }

  /** The start of the file, and as much of the pre-roll as fills pages. */
  header(): Uint8Array {
    return this.#header.slice();
  }

  /** Sample frames that the file plays with everything that was written so far. */
  get samples(): number {
    return Math.max(0, this.#position - this.#preSkip);
  }

  /** Sample frames of the file's own packets that it does not play. */
  get unplayed(): number {
    return this.#isFirst || this.#headers.codec !== 'opus' ? this.#unplayed : Math.min(this.#preSkip, this.#position);
  }

  /** Whole pages with the packets of a block of the parser, as far as they are full. */
  write(block: Block): Uint8Array {
    const pages: Uint8Array[] = [];
    let at = 0;
    for (const { bytes, samples } of block.frames ?? []) {
      this.#add(block.bytes.subarray(at, at + bytes), samples, pages);
      at += bytes;
    }
    return joined(pages);
  }

  /** The last page. */
  end(): Uint8Array {
    return this.#page(true);
  }

  #add(packet: Uint8Array, samples: number, pages: Uint8Array[]): void {
    const isFull = this.#segments + segmentsOf(packet) > MOST_SEGMENTS;
    if (this.#segments > 0 && (isFull || this.#position - this.#begunAt >= this.#pageSamples)) {
      pages.push(this.#page(false));
    }
    const own = this.#headers.codec === 'flac' ? this.#renumbered(packet) : packet.slice();
    let rest = own;
    while (segmentsOf(rest) > MOST_SEGMENTS) {
      pages.push(this.#partOfPacket(rest.subarray(0, MOST_SEGMENTS * SEGMENT_BYTES)));
      rest = rest.subarray(MOST_SEGMENTS * SEGMENT_BYTES);
    }
    this.#packets.push(rest);
    this.#segments += segmentsOf(rest);
    // A Vorbis decoder gives nothing for its first packet.
    if (this.#headers.codec === 'vorbis' && this.#frames === 0) this.#unplayed = samples;
    else this.#position += samples + this.#passSkip(packet, samples);
    this.#frames += 1;
  }

  /** Sample frames of the packet that belong to the pre-skip. */
  #passSkip(packet: Uint8Array, samples: number): number {
    if (this.#toSkip === 0) return 0;
    const skipped = Math.min(this.#toSkip, Math.max(0, (opusDuration(packet) ?? samples) - samples));
    this.#toSkip -= skipped;
    return skipped;
  }

  #renumbered(packet: Uint8Array): Uint8Array {
    const header = readFlacFrameHeader(packet, 0);
    if (!header) throw new RangeError('A block for an Ogg file of FLAC must be made of FLAC frames.');
    return renumberFrame(packet, header, header.variable ? this.#position : this.#frames);
  }

  #page(isLast: boolean): Uint8Array {
    const page = this.#write(this.#packets, { isLast, granule: this.#position, endsWhole: true });
    this.#packets = [];
    this.#segments = 0;
    this.#begunAt = this.#position;
    this.#isContinued = false;
    return page;
  }

  /** No packet ends on such a page, so it has no position (RFC 3533 6.). */
  #partOfPacket(part: Uint8Array): Uint8Array {
    const page = this.#write([part], { isLast: false, granule: undefined, endsWhole: false });
    this.#isContinued = true;
    return page;
  }

  #write(
    packets: readonly Uint8Array[],
    state: { readonly isLast: boolean; readonly granule: number | undefined; readonly endsWhole: boolean },
  ): Uint8Array {
    const sequence = this.#sequence;
    this.#sequence += 1;
    const isFirst = sequence === 0;
    return writePage({ packets, ...state, isFirst, isContinued: this.#isContinued, serial: this.#serial, sequence });
  }

  /** The first packet has a page of its own, and audio begins on a fresh one (RFC 7845 3., Vorbis I A.2). */
  #headerPages([first, ...others]: readonly Uint8Array[]): Uint8Array {
    const pages = [this.#write(first ? [first] : [], { isLast: false, granule: 0, endsWhole: true })];
    for (const packet of others) {
      let rest = packet;
      while (segmentsOf(rest) > MOST_SEGMENTS) {
        pages.push(this.#partOfPacket(rest.subarray(0, MOST_SEGMENTS * SEGMENT_BYTES)));
        rest = rest.subarray(MOST_SEGMENTS * SEGMENT_BYTES);
      }
      pages.push(this.#write([rest], { isLast: false, granule: 0, endsWhole: true }));
      this.#isContinued = false;
    }
    return joined(pages);
  }
}

function segmentsOf(packet: Uint8Array): number {
  return Math.floor(packet.length / SEGMENT_BYTES) + 1;
}

function joined(pages: readonly Uint8Array[]): Uint8Array {
  return concat(
    pages,
    pages.reduce((sum, page) => sum + page.length, 0),
  );
}
