import { decodeText } from '../../../shared/decodeText.ts';
import { ByteQueue } from '../../containers/byteQueue.ts';
import { latin1 } from '../../containers/bytes.ts';
import { ChunkedBody } from './chunkedBody.ts';
import { LineError } from './lineError.ts';

export interface AnswerHead {
  readonly status: number;
  /** The server's word for the status; may be empty. */
  readonly text: string;
  /** Lower-case names; the first value of each. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface AnswerListener {
  /** Once, and first. */
  onHead(head: AnswerHead): void;
  /** Parts of what was pushed, or of a copy of it. */
  onBody(bytes: Uint8Array): void;
}

/** Stations put long descriptions into headers. */
const LARGEST_HEAD = 64 * 1024;
/** SHOUTcast 1 says `ICY 200 OK`. */
const STATUS = /^(?:HTTP\/1\.\d|ICY) (\d{3})(?: (.*))?$/;
const BEGINNINGS = ['HTTP/1.', 'ICY '];
const LONGEST_BEGINNING = 7;
const LINE_FEED = 0x0a;
const EMPTY = new Uint8Array(0);

/**
 * Reads one answer of HTTP/1 (RFC 9112) to a GET, as stations give it: names and values are not looked at closely, and
 * lines may end with a line feed alone. Holds at most 64 KiB.
 */
export class HttpAnswer {
  readonly #listener: AnswerListener;
  /** Until the head is whole. */
  #head: ByteQueue | undefined = new ByteQueue();
  /** Where the search for its end goes on. */
  #searched = 0;
  #chunks: ChunkedBody | undefined;
  /** Of the body, bytes that are still to come; undefined when the connection's end is its end. */
  #left: number | undefined;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** The whole answer has come. */
  get isWhole(): boolean {
    return this.#head === undefined && (this.#chunks?.isWhole ?? this.#left === 0);
  }

  /** Nothing more comes. Throws a LineError when more should have. */
  end(): void {
    if (this.#head && this.#head.length > 0) throw noHttp();
    const isOpenEnded = this.#head === undefined && !this.#chunks && this.#left === undefined;
    if (!isOpenEnded && !this.isWhole) throw new LineError('CUT_SHORT', 'The connection ended before the answer.');
  }

  /** Takes the next bytes, which it may keep. Throws a LineError when they are no answer. */
  push(bytes: Uint8Array): void {
    this.#head?.append(bytes);
    const body = this.#head ? this.#readHead(this.#head) : bytes;
    if (body.length > 0) this.#readBody(body);
  }

  /** Returns what comes behind the head, once that is whole. */
  #readHead(queue: ByteQueue): Uint8Array {
    const { bytes } = queue;
    const start = latin1(bytes, 0, Math.min(bytes.length, LONGEST_BEGINNING));
    if (!BEGINNINGS.some((known) => known.startsWith(start) || start.startsWith(known))) throw noHttp();
    const end = this.#endOfHead(bytes);
    if ((end ?? bytes.length) > LARGEST_HEAD) throw noHttp();
    if (end === undefined) return EMPTY;
    const head = parseHead(bytes.subarray(0, end));
    queue.drop(end);
    this.#searched = 0;
    // Something like "100 Continue": the answer itself follows (RFC 9110 15.2).
    if (head.status < 200) return this.#readHead(queue);
    this.#head = undefined;
    this.#measure(head.headers);
    this.#listener.onHead(head);
    return queue.bytes;
  }

  /** Behind the first empty line. */
  #endOfHead(bytes: Uint8Array): number | undefined {
    for (;;) {
      const at = bytes.indexOf(LINE_FEED, this.#searched);
      if (at < 0) {
        this.#searched = bytes.length;
        return undefined;
      }
      const next = bytes[at + 1] === 0x0d ? at + 2 : at + 1;
      if (bytes[next] === LINE_FEED) return next + 1;
      // The line behind it may be only half here.
      if (next >= bytes.length) {
        this.#searched = at;
        return undefined;
      }
      this.#searched = at + 1;
    }
  }

  /** How the end of the body shows (RFC 9112 6.3). */
  #measure(headers: ReadonlyMap<string, string>): void {
    if (/\bchunked\s*$/i.test(headers.get('transfer-encoding') ?? '')) {
      this.#chunks = new ChunkedBody((bytes) => this.#listener.onBody(bytes));
      return;
    }
    const length = headers.get('content-length');
    if (length === undefined) return;
    if (!/^\d{1,15}$/.test(length)) throw noHttp();
    this.#left = Number(length);
  }

  #readBody(bytes: Uint8Array): void {
    if (this.#chunks) {
      this.#chunks.push(bytes);
      return;
    }
    const mine = this.#left === undefined ? bytes : bytes.subarray(0, this.#left);
    if (this.#left !== undefined) this.#left -= mine.length;
    if (mine.length > 0) this.#listener.onBody(mine);
  }
}

function parseHead(bytes: Uint8Array): AnswerHead {
  const [first = '', ...lines] = decodeText(bytes).split(/\r?\n/);
  const [, status, text = ''] = STATUS.exec(first) ?? [];
  if (status === undefined) throw noHttp();
  const headers = new Map<string, string>();
  let name: string | undefined;
  for (const line of lines) {
    // A line that goes on the one before (RFC 9112 5.2).
    if (/^[ \t]/.test(line) && name !== undefined) {
      headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const key = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers.get(key);
    // Two lengths are how an answer is smuggled into another (RFC 9112 6.3).
    if (key === 'content-length' && known !== undefined && known !== value) throw noHttp();
    name = known === undefined ? key : undefined;
    if (name !== undefined) headers.set(name, value);
  }
  return { status: Number(status), text, headers };
}

function noHttp(): LineError {
  return new LineError('NO_HTTP', 'What came is no answer of HTTP.');
}
