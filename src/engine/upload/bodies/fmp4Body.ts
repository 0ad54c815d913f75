import {
  type AacFormat,
  adtsSyntax,
  rawBlocks,
  rawBytes,
  readAacFormat,
  SAMPLES_PER_BLOCK,
} from '../../containers/adts.ts';
import { fragment, fragmentBytes, segmentType } from '../../containers/fmp4/fragment.ts';
import { initSegment } from '../../containers/fmp4/initSegment.ts';
import type { Body } from '../body.ts';
import { type RecordingFile, withoutAudio } from './fileBody.ts';
import { FileWindow } from './fileWindow.ts';
import type { OpenFile } from '../../../shared/ports/fileSystem.ts';
import { FrameWalk, type WalkedFrame } from './frameWalk.ts';
import { ADVANCE_BYTES, PLACE_BYTES } from './layout.ts';
import { type Place, PlaceTable } from './placeTable.ts';

/** Of 1024 sample frames each: a third of a second, for what is captured is safe only once its fragment is full. */
const BLOCKS_PER_FRAGMENT = 16;
/** In front of a program config element stands the longest header of ADTS. */
const DESCRIPTION_BYTES = 512;
const PIECE_BYTES = 64 * 1024;

/** One fragment: where it is in the body, and its frames in the file. */
interface Piece extends Place {
  /** From 0. */
  readonly index: number;
  /** Of its first frame, in the file. */
  readonly from: number;
}

interface PlannedPiece extends Piece {
  /** Behind its last frame, in the file. */
  readonly to: number;
  /** Raw blocks of AAC. */
  readonly blocks: number;
  /** In the body. */
  readonly length: number;
}

/** How fragments are grouped. */
export interface Fmp4Grouping {
  /** Each fragment is a segment of about this length that can stand in a file of its own, s; absent: short fragments. */
  readonly segmentSeconds?: number;
  /** Sample frames that an encoder put in front, and that players leave out; absent: none. */
  readonly priming?: number;
}

/** Frames of AAC as an MP4 of fragments, made anew from the file wherever it is read. */
export class Fmp4Body implements Body {
  readonly mimeType = 'audio/mp4';
  readonly #file: RecordingFile;
  readonly #from: number;
  readonly #segmentSeconds: number | undefined;
  readonly #priming: number;
  /** What stands before every fragment. */
  readonly #prefix: Uint8Array;
  readonly #pieces = new PlaceTable<Piece>(PLACE_BYTES);
  #walk: FrameWalk;
  #planner: Planner | undefined;
  #format: AacFormat | undefined;
  #init: Uint8Array = new Uint8Array(0);
  #bytes = 0;
  #samples = 0;
  #end = 0;

  constructor(file: RecordingFile, from: number, { segmentSeconds, priming = 0 }: Fmp4Grouping = {}) {
    this.#file = file;
    this.#from = from;
    this.#segmentSeconds = segmentSeconds;
    this.#priming = priming;
    this.#prefix = segmentSeconds === undefined ? new Uint8Array(0) : segmentType();
    this.#walk = new FrameWalk(adtsSyntax, from);
  }

  async stable(): Promise<{ readonly bytes: number; readonly ended: boolean }> {
    const ended = await this.#file.look(this);
    return { bytes: this.#bytes, ended };
  }

  async advance(window: FileWindow, isClosed: boolean): Promise<boolean> {
    const until = this.#walk.position + ADVANCE_BYTES;
    while (this.#walk.position < until) {
      const frame = await this.#walk.next(window, isClosed);
      if (!frame) {
        if (isClosed) this.#take(this.#planner?.end());
        if (isClosed && this.#bytes === 0) throw withoutAudio('AAC');
        return true;
      }
      if (!this.#format) {
        // The first frame may describe its channels.
        this.#format = readAacFormat(await window.read(frame.at, DESCRIPTION_BYTES));
        this.#init = initSegment(this.#format, this.#priming);
      }
      const blocks = await blocksOf(window, frame);
      this.#planner ??= this.#planFrom({ at: this.#init.length, samples: 0, index: 0, from: frame.at });
      for (const piece of this.#planner.add(frame, blocks)) this.#take(piece);
    }
    return false;
  }

  reset(): void {
    this.#walk = new FrameWalk(adtsSyntax, this.#from);
    this.#planner = undefined;
    this.#pieces.clear();
    this.#bytes = 0;
    this.#samples = 0;
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    const end = Math.min(to, this.#bytes);
    if (from >= end) return;
    if (from < this.#init.length) yield this.#init.subarray(from, Math.min(end, this.#init.length));
    for (let at = Math.max(from, this.#init.length); at < end;) {
      const made = await this.#file.open(async (file) => this.#make(await openWindow(file), at, end));
      for (const bytes of made) {
        yield bytes;
        at += bytes.length;
      }
    }
  }

  /** A chunk that begins with a header in its middle would lose what follows: between two fragments, else in audio. */
  async cut(from: number, to: number): Promise<number> {
    const limit = Math.min(to, this.#bytes);
    if (limit <= from) return from;
    if (limit < this.#init.length) return this.#segmentSeconds === undefined ? limit : from;
    return this.#file.open(async (file) => {
      const window = await openWindow(file);
      let last = Math.max(this.#init.length, from);
      for await (const piece of this.#planned(window, Math.max(from, this.#init.length))) {
        if (piece.at + piece.length <= limit) last = piece.at + piece.length;
        // A fragment that is longer than a chunk goes in several; a segment never does.
        else return last > from || this.#segmentSeconds !== undefined ? last : limit;
        if (last === limit) return last;
      }
      return last;
    });
  }

  filePosition(at: number): Promise<number> {
    return this.#file.open(async (file) => {
      const window = await openWindow(file);
      for await (const piece of this.#planned(window, Math.max(at, this.#init.length))) {
        if (piece.at + piece.length > at) return piece.from;
      }
      return this.#end;
    });
  }

  durationMs(at: number): number {
    if (!this.#format) return 0;
    const samples = at >= this.#bytes ? this.#samples : this.#pieces.samplesAt(at);
    return (Math.max(0, samples - this.#priming) * 1000) / this.#format.sampleRate;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #planFrom(begin: Piece): Planner {
    const rate = this.#format?.sampleRate ?? 0;
    const wanted = Math.floor(((this.#segmentSeconds ?? 0) * rate) / SAMPLES_PER_BLOCK);
    const blocks = this.#segmentSeconds === undefined ? BLOCKS_PER_FRAGMENT : Math.max(1, wanted);
    return new Planner(begin, blocks, this.#prefix.length);
  }

  #take(piece: PlannedPiece | undefined): void {
    if (!piece) return;
    this.#pieces.add(piece);
    this.#bytes = piece.at + piece.length;
    this.#samples = piece.samples + piece.blocks * SAMPLES_PER_BLOCK;
    this.#end = piece.to;
  }

  /** About {@link PIECE_BYTES} from `from` on, not beyond `to`. */
  async #make(window: FileWindow, from: number, to: number): Promise<readonly Uint8Array[]> {
    const made: Uint8Array[] = [];
    let at = from;
    for await (const piece of this.#planned(window, from)) {
      const blocks: Uint8Array[] = [];
      const bytes = await window.read(piece.from, piece.to - piece.from);
      for (let next = 0; next < bytes.length;) {
        const length = adtsSyntax.read(bytes, next)?.bytes ?? bytes.length;
        blocks.push(...rawBlocks(bytes.subarray(next, next + length)));
        next += length;
      }
      const media = fragment({ sequence: piece.index + 1, decodeTime: piece.samples, blocks });
      const whole = this.#prefix.length === 0 ? media : Buffer.concat([this.#prefix, media]);
      const part = whole.subarray(at - piece.at, Math.min(whole.length, to - piece.at));
      for (let next = 0; next < part.length; next += PIECE_BYTES) made.push(part.subarray(next, next + PIECE_BYTES));
      at += part.length;
      if (at >= to || at - from >= PIECE_BYTES) break;
    }
    return made;
  }

  /** The fragments from the one that holds `at` on, up to the last one that is stable. */
  async *#planned(window: FileWindow, at: number): AsyncGenerator<PlannedPiece> {
    const known = this.#pieces.before(at);
    if (!known) return;
    const walk = this.#walk.resumedAt(known.from);
    const planner = this.#planFrom(known);
    const isWanted = (piece: PlannedPiece): boolean => piece.at + piece.length > at && piece.at < this.#bytes;
    for (;;) {
      const frame = await walk.next(window, true);
      const done = !frame || frame.at >= this.#end;
      const pieces = done ? [planner.end()] : planner.add(frame, await blocksOf(window, frame));
      for (const piece of pieces) if (piece && isWanted(piece)) yield piece;
      if (done) return;
    }
  }
}

/** Groups frames into fragments: full ones, and shorter ones where something else stands between two frames. */
class Planner {
  readonly #most: number;
  readonly #extra: number;
  #begin: Piece;
  #blocks = 0;
  #payload = 0;
  #to: number;

  /** `most`: blocks of a full fragment; `extra`: bytes before each. */
  constructor(begin: Piece, most: number, extra: number) {
    this.#most = most;
    this.#extra = extra;
    this.#begin = begin;
    this.#to = begin.from;
  }

  /** The fragments that are complete with the frame. */
  add(
    frame: WalkedFrame,
    { count, bytes }: { readonly count: number; readonly bytes: number },
  ): readonly PlannedPiece[] {
    const done: PlannedPiece[] = [];
    if (frame.at !== this.#to) {
      const torn = this.end();
      if (torn) done.push(torn);
      this.#begin = { ...this.#begin, from: frame.at };
    }
    this.#blocks += count;
    this.#payload += bytes;
    this.#to = frame.at + frame.header.bytes;
    const full = this.#blocks >= this.#most ? this.end() : undefined;
    if (full) done.push(full);
    return done;
  }

  /** The fragment of what is left. */
  end(): PlannedPiece | undefined {
    if (this.#blocks === 0) return undefined;
    const { at, index, samples } = this.#begin;
    const length = this.#extra + fragmentBytes(this.#blocks, this.#payload);
    const piece = { ...this.#begin, to: this.#to, blocks: this.#blocks, length };
    this.#begin = {
      at: at + length,
      index: index + 1,
      samples: samples + this.#blocks * SAMPLES_PER_BLOCK,
      from: this.#to,
    };
    this.#blocks = 0;
    this.#payload = 0;
    return piece;
  }
}

async function blocksOf(window: FileWindow, { at, header }: WalkedFrame) {
  const bytes = window.peek(at, adtsSyntax.headerBytes) ?? (await window.read(at, adtsSyntax.headerBytes));
  return { count: header.samples / SAMPLES_PER_BLOCK, bytes: rawBytes(bytes, header) };
}

async function openWindow(file: OpenFile): Promise<FileWindow> {
  return new FileWindow(file, await file.size());
}
