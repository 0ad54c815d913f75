import type { AudioFormat } from '../../shared/domain/source.ts';
import type { Block, CodedFrame } from './block.ts';
import { concat } from './bytes.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from './id3.ts';

/** What the header of a coded frame says. */
export interface FrameHeader {
  /** Of the whole frame, header included, bytes. */
  readonly bytes: number;
  /** Sample frames that the frame decodes to. */
  readonly samples: number;
  /** Hz. */
  readonly sampleRate: number;
  /** 0 when the frame itself tells, see {@link FrameSyntax.channels}. */
  readonly channels: number;
  /** Equal for all frames of one format; frames with different values do not follow each other in one stream. */
  readonly key: number;
}

/** How frames of one kind are recognised. */
export interface FrameSyntax {
  readonly codec: 'mp3' | 'aac';
  /** Bytes that {@link read} looks at. */
  readonly headerBytes: number;
  /** Bytes at the start of a frame that {@link describesFile} and {@link channels} look at, at most. */
  readonly descriptionBytes: number;
  /** The header at `at`, or undefined when there is none. At least `headerBytes` bytes follow `at`. */
  read(bytes: Uint8Array, at: number): FrameHeader | undefined;
  /** True for a frame that holds no audio but a table about the file that it once opened. */
  describesFile(bytes: Uint8Array, at: number, header: FrameHeader): boolean;
  /** Channels of the frame, which the header alone may not tell; 0 when nothing tells. */
  channels(bytes: Uint8Array, at: number, header: FrameHeader): number;
}

export interface ParsedFrames {
  /** Whole frames, back to back; absent when there are none yet. */
  readonly block?: Block;
  /** Bytes that belong to no frame, counted once it is certain. */
  readonly skipped: number;
  /** Present once, when the first frames are recognised. */
  readonly format?: AudioFormat;
  /** The stream goes on in another format. The parser takes nothing more after this. */
  readonly changedTo?: AudioFormat;
}

export interface FlushedFrames {
  readonly block?: Block;
  readonly skipped: number;
  /** Bytes of a frame at the end that is cut short; not counted as skipped. */
  readonly trailing: number;
}

/** Every header begins with this (ISO/IEC 11172-3 2.4.2.3, ISO/IEC 13818-7 6.2.1). */
const SYNC_BYTE = 0xff;
const EMPTY = new Uint8Array(0);

type Verdict = 'confirmed' | 'changed' | 'no' | 'wait';

/**
 * Finds the frames in a stream of bytes that comes in pieces of any size. Sync is taken where a header is followed
 * by a consistent one at the distance that it states, and taken again the same way after anything else. What comes
 * out does not depend on how the input was cut. Memory is bounded by a few frames whatever comes in.
 */
export class FrameParser {
  readonly #syntax: FrameSyntax;
  /** Input that is not decided yet, from the next position on. */
  #pieces: Uint8Array[] = [];
  #pending = 0;
  /** `#pending` that allows the next decision. */
  #need: number;
  /** Of a tag that is being passed over, bytes. */
  #passOver = 0;
  #synced = false;
  /** A tag may come next: at the start, and behind a frame that no other follows. */
  #mayBeTag = true;
  #first: FrameHeader | undefined;
  #changedTo: FrameHeader | undefined;
  /** Where a search inside an unconfirmed frame goes on, relative to the frame. */
  #searched = 1;
  #totalBytes = 0;
  #totalSamples = 0;

  // Of the push that runs.
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #frames: CodedFrame[] = [];
  #runs: { start: number; end: number }[] = [];
  #skipped = 0;

  constructor(syntax: FrameSyntax) {
    this.#syntax = syntax;
    this.#need = ID3V2_HEADER_BYTES;
  }

  /** Of the frames so far, with their average bitrate; undefined before the first. */
  get format(): AudioFormat | undefined {
    return this.#first ? this.#describe(this.#first, this.#totalBytes, this.#totalSamples) : undefined;
  }

  /** Takes the next bytes. They may be kept: the caller must not change them afterwards. */
  push(bytes: Uint8Array): ParsedFrames {
    if (this.#changedTo) return { skipped: bytes.length, changedTo: this.#describe(this.#changedTo, 0, 0) };
    this.#skipped = 0;
    const input = this.#passOver > 0 ? this.#passOverTag(bytes) : bytes;
    if (input.length > 0) {
      this.#pieces.push(input);
      this.#pending += input.length;
    }
    if (this.#pending < this.#need) return { skipped: this.#skipped };
    const known = this.#totalSamples > 0;
    this.#begin();
    this.#advance();
    const block = this.#finish();
    const format = known || this.#totalSamples === 0 ? undefined : this.format;
    return {
      ...(block ? { block } : {}),
      skipped: this.#skipped,
      ...(format ? { format } : {}),
      ...(this.#changedTo ? { changedTo: this.#describe(this.#changedTo, 0, 0) } : {}),
    };
  }

  /** Ends the stream: what waited for confirmation is decided now. The parser is then as new. */
  flush(): FlushedFrames {
    this.#skipped = 0;
    this.#begin();
    let trailing = 0;
    if (!this.#changedTo) {
      this.#decideRest();
      trailing = this.#torn();
    }
    this.#skip(this.#bytes.length - trailing - this.#at);
    this.#at = this.#bytes.length;
    const block = this.#finish();
    const result = { ...(block ? { block } : {}), skipped: this.#skipped, trailing };
    this.#reset();
    return result;
  }

  #reset(): void {
    this.#pieces = [];
    this.#pending = 0;
    this.#need = ID3V2_HEADER_BYTES;
    this.#passOver = 0;
    this.#synced = false;
    this.#mayBeTag = true;
    this.#first = undefined;
    this.#changedTo = undefined;
    this.#searched = 1;
    this.#totalBytes = 0;
    this.#totalSamples = 0;
  }

  #begin(): void {
    this.#bytes = this.#pieces.length === 1 ? (this.#pieces[0] ?? EMPTY) : concat(this.#pieces, this.#pending);
    this.#at = 0;
    this.#frames = [];
    this.#runs = [];
  }

  #finish(): Block | undefined {
    const rest = this.#bytes.subarray(this.#at);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#pending = rest.length;
    this.#need = Math.max(this.#need - this.#at, 1);
    const whole = this.#bytes;
    const runs = this.#runs.map((run) => whole.subarray(run.start, run.end));
    const frames = this.#frames;
    this.#bytes = EMPTY;
    this.#at = 0;
    this.#frames = [];
    this.#runs = [];
    const [first] = runs;
    if (!first) return undefined;
    let samples = 0;
    let length = 0;
    for (const frame of frames) {
      samples += frame.samples;
      length += frame.bytes;
    }
    this.#totalBytes += length;
    this.#totalSamples += samples;
    return { bytes: runs.length === 1 ? first : concat(runs, length), samples, frames };
  }

  /** Decides as much as the bytes at hand allow, and leaves `#need` at what the next decision needs. */
  #advance(): void {
    while (!this.#changedTo) {
      if (this.#mayBeTag && !this.#passTag()) return;
      if (!(this.#synced ? this.#takeFrame() : this.#search())) return;
    }
  }

  #passTag(): boolean {
    if (!this.#has(ID3V2_HEADER_BYTES)) return false;
    this.#mayBeTag = false;
    this.#skipTag();
    return true;
  }

  /** Looks for two consistent headers. */
  #search(): boolean {
    const { headerBytes } = this.#syntax;
    for (;;) {
      const found = this.#bytes.indexOf(SYNC_BYTE, this.#at);
      this.#skip((found < 0 ? this.#bytes.length : found) - this.#at);
      if (!this.#has(headerBytes)) return false;
      const header = this.#syntax.read(this.#bytes, this.#at);
      if (header) {
        const verdict = this.#confirm(this.#at, header);
        if (verdict === 'wait') return false;
        if (verdict === 'changed') return this.#change(header);
        if (verdict === 'confirmed') return this.#takeSync(header);
      }
      this.#skip(1);
    }
  }

  #takeSync(header: FrameHeader): boolean {
    if (!this.#first) {
      if (!this.#has(Math.min(this.#syntax.descriptionBytes, header.bytes))) return false;
      this.#first = { ...header, channels: this.#syntax.channels(this.#bytes, this.#at, header) };
      if (this.#syntax.describesFile(this.#bytes, this.#at, header)) this.#skip(header.bytes);
    }
    this.#synced = true;
    this.#searched = 1;
    return true;
  }

  #change(header: FrameHeader): boolean {
    this.#changedTo = header;
    return false;
  }

  /** Takes the frame at the present position once it is certain that it is whole. */
  #takeFrame(): boolean {
    if (!this.#has(this.#syntax.headerBytes)) return false;
    const header = this.#syntax.read(this.#bytes, this.#at);
    if (!header) return this.#loseSync();
    const next = header.bytes;
    if (!this.#has(next + this.#syntax.headerBytes)) return false;
    const following = this.#syntax.read(this.#bytes, this.#at + next);
    if (following?.key === header.key) {
      this.#take(header);
      return true;
    }
    return this.#takeUnconfirmed(header, following);
  }

  /**
   * Something else follows the frame. When another frame begins inside it, the frame was torn and is skipped up to
   * there. Before a tag it is whole; before anything else nobody knows whether what was put in begins behind the frame
   * or inside of it, and a damaged frame would make a file that does not decode.
   */
  #takeUnconfirmed(header: FrameHeader, following: FrameHeader | undefined): boolean {
    if (following) {
      const verdict = this.#confirm(this.#at + header.bytes, following);
      if (verdict === 'wait') return false;
      if (verdict === 'changed') {
        this.#take(header);
        return this.#change(following);
      }
    }
    const inside = this.#searchInside(header);
    if (inside === 'wait') return false;
    if (inside === 'confirmed') {
      this.#skip(this.#searched);
      return true;
    }
    if (!this.#has(header.bytes + ID3V2_HEADER_BYTES)) return false;
    if (tagBytes(this.#bytes, this.#at + header.bytes) > 0) this.#take(header);
    else this.#skip(1);
    this.#mayBeTag = true;
    return this.#loseSync();
  }

  /** Looks for a frame of the same format that begins inside the present one, and leaves `#searched` there. */
  #searchInside(header: FrameHeader): Verdict {
    const end = Math.min(this.#at + header.bytes, this.#bytes.length);
    for (;;) {
      const found = this.#bytes.indexOf(SYNC_BYTE, this.#at + this.#searched);
      if (found < 0 || found >= end) return 'no';
      this.#searched = found - this.#at;
      if (!this.#has(this.#searched + this.#syntax.headerBytes)) return 'wait';
      const other = this.#syntax.read(this.#bytes, found);
      const verdict = other && other.key === header.key ? this.#confirm(found, other) : 'no';
      if (verdict !== 'no') return verdict;
      this.#searched += 1;
    }
  }

  #loseSync(): boolean {
    this.#synced = false;
    return true;
  }

  /**
   * Whether a header is real. In the format of the stream one consistent follower proves it; a new format in the
   * middle takes two, for by chance such pairs are found in noise and a change ends the stream.
   */
  #confirm(at: number, header: FrameHeader): Verdict {
    const changes = this.#first !== undefined && header.key !== this.#first.key;
    let next = at;
    let current = header;
    for (let count = 0; count < (changes ? 2 : 1); count += 1) {
      next += current.bytes;
      if (!this.#has(next - this.#at + this.#syntax.headerBytes)) return 'wait';
      const following = this.#syntax.read(this.#bytes, next);
      if (following?.key !== header.key) return 'no';
      current = following;
    }
    return changes ? 'changed' : 'confirmed';
  }

  /** At the end of the stream nothing more will come to confirm what is there. */
  #decideRest(): void {
    for (;;) {
      this.#advance();
      if (this.#changedTo) return;
      const rest = this.#bytes.length - this.#at;
      if (this.#mayBeTag) {
        this.#mayBeTag = false;
      } else if (!this.#synced) {
        if (rest < this.#syntax.headerBytes) return;
        this.#skip(1);
      } else if (!this.#decideLast(rest)) {
        return;
      }
    }
  }

  /** Takes a frame that ends the stream; false when what is left is less than one. */
  #decideLast(rest: number): boolean {
    const header = rest < this.#syntax.headerBytes ? undefined : this.#syntax.read(this.#bytes, this.#at);
    if (!header) return false;
    // `#searched` tells that a frame inside of this one waited for its confirmation.
    const torn = header.bytes > rest ? this.#searchInside(header) === 'confirmed' : this.#searched > 1;
    if (torn) this.#skip(this.#searched);
    else if (header.bytes > rest) return false;
    else this.#take(header);
    return true;
  }

  /** Bytes at the end that begin like the next frame. */
  #torn(): number {
    const rest = this.#bytes.length - this.#at;
    if (!this.#synced || rest === 0 || this.#bytes[this.#at] !== SYNC_BYTE) return 0;
    if (rest < this.#syntax.headerBytes) return rest;
    const header = this.#syntax.read(this.#bytes, this.#at);
    return header && header.key === this.#first?.key ? rest : 0;
  }

  #take(header: FrameHeader): void {
    const end = this.#at + header.bytes;
    const run = this.#runs.at(-1);
    if (run?.end === this.#at) run.end = end;
    else this.#runs.push({ start: this.#at, end });
    this.#frames.push({ bytes: header.bytes, samples: header.samples });
    this.#at = end;
    this.#searched = 1;
  }

  #skip(count: number): void {
    this.#skipped += count;
    this.#at += count;
    this.#searched = 1;
  }

  #skipTag(): void {
    const length = tagBytes(this.#bytes, this.#at);
    const here = Math.min(length, this.#bytes.length - this.#at);
    this.#passOver = length - here;
    this.#skip(here);
  }

  #passOverTag(bytes: Uint8Array): Uint8Array {
    const here = Math.min(this.#passOver, bytes.length);
    this.#passOver -= here;
    this.#skipped += here;
    return bytes.subarray(here);
  }

  /** True when `count` bytes follow the present position; otherwise they are asked for. */
  #has(count: number): boolean {
    if (this.#bytes.length - this.#at >= count) return true;
    this.#need = this.#at + count;
    return false;
  }

  #describe(header: FrameHeader, bytes: number, samples: number): AudioFormat {
    const { sampleRate, channels } = header;
    const measured = samples > 0 ? bytes / samples : header.bytes / header.samples;
    return { codec: this.#syntax.codec, sampleRate, channels, bitrate: Math.round(measured * 8 * sampleRate) };
  }
}
