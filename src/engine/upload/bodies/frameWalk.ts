import type { FrameHeader, FrameSyntax } from '../../containers/frameParser.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from '../../containers/id3.ts';
import type { FileWindow } from './fileWindow.ts';

export interface WalkedFrame {
  /** Bytes from the start of the file. */
  readonly at: number;
  readonly header: FrameHeader;
  /** Nothing stands between it and the frame before. */
  readonly follows: boolean;
}

const SYNC_BYTE = 0xff;
/** Of what is no audio, looked through at once. */
const SEARCH_BYTES = 64 * 1024;

/**
 * Goes from frame to frame of a file that may grow. What it finds does not depend on how long the file was when it
 * looked: a frame is taken once it is there as a whole, and behind anything else once another one follows it.
 */
export class FrameWalk {
  readonly #syntax: FrameSyntax;
  #at: number;
  #mayBeTag: boolean;
  #key: number | undefined;
  #synced = false;

  /** `from`: the start of the file, or of a frame. */
  constructor(syntax: FrameSyntax, from: number) {
    this.#syntax = syntax;
    this.#at = from;
    this.#mayBeTag = from === 0;
  }

  /** A walk that goes on with a frame as this one would. */
  resumedAt(at: number): FrameWalk {
    const walk = new FrameWalk(this.#syntax, at);
    walk.#mayBeTag = false;
    walk.#key = this.#key;
    walk.#synced = true;
    return walk;
  }

  /** Where it goes on. */
  get position(): number {
    return this.#at;
  }

  /** The next whole frame; undefined when there is none yet. `isClosed`: the file does not grow any more. */
  async next(window: FileWindow, isClosed: boolean): Promise<WalkedFrame | undefined> {
    while (this.#mayBeTag) {
      const bytes = await this.#bytes(window, ID3V2_HEADER_BYTES);
      if (bytes.length < ID3V2_HEADER_BYTES && !isClosed) return undefined;
      const tag = bytes.length < ID3V2_HEADER_BYTES ? 0 : tagBytes(bytes, 0);
      this.#at += tag;
      this.#mayBeTag = tag > 0;
    }
    for (;;) {
      const bytes = await this.#bytes(window, this.#syntax.headerBytes);
      if (bytes.length < this.#syntax.headerBytes) return undefined;
      const header = this.#syntax.read(bytes, 0);
      const verdict = header ? await this.#judge(header, window, isClosed) : 'no';
      if (verdict === 'wait') return undefined;
      if (verdict === 'yes' && header) return this.#take(header);
      this.#synced = false;
      this.#at += 1;
      if (!(await this.#search(window))) return undefined;
    }
  }

  async #judge(header: FrameHeader, window: FileWindow, isClosed: boolean): Promise<'yes' | 'no' | 'wait'> {
    if (this.#key !== undefined && header.key !== this.#key) return 'no';
    const end = this.#at + header.bytes;
    if (end > window.size) return this.#synced || !isClosed ? 'wait' : 'no';
    if (this.#synced) return 'yes';
    const { headerBytes } = this.#syntax;
    const following = window.peek(end, headerBytes) ?? (await window.read(end, headerBytes));
    if (following.length < headerBytes) return !isClosed ? 'wait' : end === window.size ? 'yes' : 'no';
    return this.#syntax.read(following, 0)?.key === header.key ? 'yes' : 'no';
  }

  #take(header: FrameHeader): WalkedFrame {
    const frame = { at: this.#at, header, follows: this.#synced };
    this.#key = header.key;
    this.#synced = true;
    this.#at += header.bytes;
    return frame;
  }

  /** Goes to where the next frame may begin; false when the file ends before. */
  async #search(window: FileWindow): Promise<boolean> {
    while (this.#at < window.size) {
      const bytes = await this.#bytes(window, SEARCH_BYTES);
      const found = bytes.indexOf(SYNC_BYTE);
      this.#at += found < 0 ? bytes.length : found;
      if (found >= 0) return true;
    }
    return false;
  }

  #bytes(window: FileWindow, length: number): Uint8Array | Promise<Uint8Array> {
    return window.peek(this.#at, length) ?? window.read(this.#at, length);
  }
}
