import { Readable } from 'node:stream';
import { LongtakeError } from '../../../shared/errors.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import { isLoopback, parseUrl } from '../../../shared/webAddress.ts';
import { BodyTurns } from './bodyTurns.ts';
import { connectionFailure } from './connectionFailure.ts';
import { IDLE_MS, Transport } from './transport.ts';

/** What was handed to the system leaves no slower than this, bytes/ms: an answer is waited for so much longer. */
const SLOWEST = 32;
/** The system takes no more than about this at once. */
const SYSTEM_BYTES = 4 * 1024 * 1024;
/** An answer comes to its end in this time, ms. */
const ANSWER_MS = 60_000;
/** Of an answer; no true one is nearly as long. */
const MOST_ANSWER_BYTES = 1024 * 1024;
/** A body goes in such pieces, so that a slow line is seen to move; in larger ones where each goes quickly. */
const PIECE_BYTES = 128 * 1024;
const LARGEST_PIECE = 1024 * 1024;
const QUICK_MS = 100;

export interface ServerAddress {
  /** What people call the target. */
  readonly name: string;
  readonly url: string;
  /** A person consented to a line that others can read, and to certificates that nobody vouches for. */
  readonly insecure: boolean;
  /** Names proxies; of the process, unless a test says otherwise. */
  readonly environment?: ProxyEnvironment | undefined;
}

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind the address of the server; begins with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AskedBody | undefined;
}

export type AskedBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly length: number; read(): AsyncIterable<Uint8Array> };

/** What a server answered; everything in it is as it came from there. */
export interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
  /** It sends on to another computer. */
  readonly leadsAway: boolean;
  /** Of `set-cookie`. */
  readonly cookies: readonly string[];
  readonly text: string;
  /** An object of JSON; undefined for anything else. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Asks one server, without following it anywhere else. */
export class HttpClient {
  readonly #address: ServerAddress;
  readonly #base: string;
  readonly #transport: Transport;
  readonly #turns = new BodyTurns();

  constructor(address: ServerAddress) {
    this.#address = address;
    this.#base = address.url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
    this.#transport = new Transport(address);
  }

  get name(): string {
    return this.#address.name;
  }

  /** Without a `/` at its end. */
  get base(): string {
    return this.#base;
  }

  /** Rejects with UPLOAD_UNREACHABLE, UPLOAD_TLS or CANCELLED. */
  async ask({ method, path, headers = {}, body }: Asked, signal: AbortSignal): Promise<Answer> {
    this.#refuseOpenLine();
    const length = body === undefined ? 0 : body.kind === 'bytes' ? body.bytes.length : body.length;
    const late = new AbortController();
    const stop = AbortSignal.any([signal, late.signal]);
    let timer: NodeJS.Timeout | undefined;
    const url = new URL(`${this.#base}${path}`);
    const proxy = this.#transport.proxy(url);
    const went = await this.#turns.enter(body?.kind === 'bytes' ? length : 0);
    try {
      const { request } = await import('undici');
      const response = await request(url, {
        dispatcher: await this.#transport.dispatcher(url),
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'Longtake',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(length) }),
        },
        body: body === undefined ? null : Readable.from(pieces(body, went), { objectMode: false }),
        headersTimeout: IDLE_MS + Math.min(length, SYSTEM_BYTES) / SLOWEST,
        signal: stop,
      });
      timer = setTimeout(() => late.abort(), ANSWER_MS);
      const text = await readText(response.body);
      return answerOf(url, response.statusCode, response.headers, text);
    } catch (error) {
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'The upload was cancelled.', { cause: error });
      throw connectionFailure(error, this.name, proxy);
    } finally {
      went();
      clearTimeout(timer);
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  #refuseOpenLine(): void {
    const { protocol, hostname } = new URL(this.#base);
    if (protocol === 'https:' || this.#address.insecure || isLoopback(hostname)) return;
    const message = `${this.name} has no encryption: everyone on the way could read the audio and the password. Use https://, or allow it for this target.`;
    throw new LongtakeError('UPLOAD_TLS', message);
  }
}

/** `went` is called once the last of them was taken. */
async function* pieces(body: AskedBody, went: () => void): AsyncGenerator<Uint8Array> {
  if (body.kind === 'stream') {
    yield* body.read();
    return;
  }
  let length = PIECE_BYTES;
  for (let at = 0; at < body.bytes.length;) {
    const piece = body.bytes.subarray(at, at + length);
    const from = performance.now();
    yield piece;
    at += piece.length;
    length = performance.now() - from < QUICK_MS ? Math.min(2 * length, LARGEST_PIECE) : PIECE_BYTES;
  }
  went();
}

/** Up to {@link MOST_ANSWER_BYTES}; leaving the loop ends the connection. */
async function readText(body: AsyncIterable<unknown>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    if (!(part instanceof Uint8Array)) continue;
    parts.push(part);
    length += part.length;
    if (length > MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, MOST_ANSWER_BYTES).toString('utf8');
}

function answerOf(
  url: URL,
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  text: string,
): Answer {
  const cookies = headers['set-cookie'];
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const location = header('location');
  return {
    status,
    header,
    leadsAway: location !== undefined && parseUrl(location, url)?.hostname !== url.hostname,
    cookies: cookies === undefined ? [] : [cookies].flat(),
    text,
    json: objectOf(text),
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // A page, or an answer that was cut: it is judged by what else it says.
    return undefined;
  }
}
