import { concat } from '../../containers/bytes.ts';
import { LineError } from './lineError.ts';

const LINE_FEED = 0x0a;
/** Of the lines between chunks, bytes. */
const LONGEST_LINE = 4096;

/** Takes the chunks of a body apart (RFC 9112 7.1). Holds at most one line between them. */
export class ChunkedBody {
  readonly #onBytes: (bytes: Uint8Array) => void;
  /** What is read: the size of a chunk, its bytes, the end of line behind them, or lines behind the last chunk. */
  #state: 'size' | 'bytes' | 'end' | 'trailer' | 'whole' = 'size';
  #left = 0;
  #line = '';
  /** Of the push that runs: some servers make a chunk of every few bytes. */
  #parts: Uint8Array[] = [];

  constructor(onBytes: (bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  get isWhole(): boolean {
    return this.#state === 'whole';
  }

  /** Throws a LineError for what are no chunks. */
  push(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length && this.#state !== 'whole';) {
        at += this.#state === 'bytes' ? this.#readBytes(bytes.subarray(at)) : this.#readLine(bytes.subarray(at));
      }
    } finally {
      this.#hand();
    }
  }

  #hand(): void {
    const parts = this.#parts;
    const [only] = parts;
    if (!only) return;
    this.#parts = [];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#onBytes(parts.length === 1 ? only : concat(parts, length));
  }

  #readBytes(bytes: Uint8Array): number {
    const mine = bytes.subarray(0, this.#left);
    this.#left -= mine.length;
    if (this.#left === 0) this.#state = 'end';
    this.#parts.push(mine);
    return mine.length;
  }

  #readLine(bytes: Uint8Array): number {
    const end = bytes.indexOf(LINE_FEED);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    if (this.#line.length + part.length > LONGEST_LINE) throw broken();
    this.#line += String.fromCharCode(...part);
    if (end < 0) return part.length;
    const line = this.#line.trim();
    this.#line = '';
    this.#take(line);
    return end + 1;
  }

  #take(line: string): void {
    if (this.#state === 'trailer') {
      if (line === '') this.#state = 'whole';
      return;
    }
    if (this.#state === 'end') {
      if (line !== '') throw broken();
      this.#state = 'size';
      return;
    }
    const [, size] = /^([\da-f]{1,12})\s*(?:;.*)?$/i.exec(line) ?? [];
    if (size === undefined) throw broken();
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'bytes';
  }
}

function broken(): LineError {
  return new LineError('CUT_SHORT', 'The pieces of the answer do not fit together.');
}
