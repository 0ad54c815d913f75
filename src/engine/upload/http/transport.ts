import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { LongtakeError } from '../../../shared/errors.ts';
import { type ProxyEnvironment, proxyFor } from '../../../shared/proxies.ts';
import { credentialsIn, isLoopback } from '../../../shared/webAddress.ts';
import { connectionFailure } from './connectionFailure.ts';

/** The system takes no more than about this at once. */
const SYSTEM_BYTES = 4 * 1024 * 1024;
const MOST_HEADER_BYTES = 64 * 1024;
const CONNECTIONS = 16;

/** How long a target may keep one waiting, ms. */
export interface Patience {
  /** Until it takes a connection, with its encryption. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** From the beginning of an answer to its end. */
  readonly answerMs: number;
  /** What the system was given leaves no slower than this, and no slower comes an answer, bytes/ms: it is waited for so much longer. */
  readonly slowest: number;
}

const PATIENCE: Patience = { connectMs: 15_000, idleMs: 60_000, answerMs: 60_000, slowest: 32 };

export interface TransportOptions {
  /** What people call the target. */
  readonly name: string;
  /** A person consented to certificates that nobody vouches for. */
  readonly insecure: boolean;
  /** Of the process, unless a test says otherwise. */
  readonly environment?: ProxyEnvironment | undefined;
  /** The usual, unless a test says otherwise. */
  readonly patience?: Patience | undefined;
}

export interface Request {
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  /** `pieces` are `length` bytes together: a slow line is seen to move by them. */
  readonly body: { readonly length: number; readonly pieces: AsyncIterable<Uint8Array> } | undefined;
  /** Of the answer; the rest is left. */
  readonly mostBytes: number;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** All of it, or somewhat more than were asked for. */
  readonly bytes: Uint8Array;
}

type Undici = typeof import('undici');

/** The connections to one target: direct, or through the proxies that the environment names. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #patience: Patience;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
  }

  /** Asks, and reads the answer. Rejects with UPLOAD_UNREACHABLE, UPLOAD_TLS or CANCELLED. */
  async ask(url: URL, { method, headers, body, mostBytes }: Request, signal: AbortSignal): Promise<Response> {
    const { idleMs, slowest } = this.#patience;
    const late = new AbortController();
    const proxy = this.#proxy(url);
    try {
      const { request } = await import('undici');
      const response = await request(url, {
        dispatcher: await this.#dispatcher(url, proxy),
        method,
        headers,
        body: body === undefined ? null : Readable.from(body.pieces, { objectMode: false }),
        headersTimeout: idleMs + Math.min(body?.length ?? 0, SYSTEM_BYTES) / slowest,
        bodyTimeout: idleMs,
        signal: AbortSignal.any([signal, late.signal]),
      });
      const bytes = await readBytes(response.body, mostBytes, this.#patience, () => late.abort());
      return { status: response.statusCode, headers: response.headers, bytes };
    } catch (error) {
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'The upload was cancelled.', { cause: error });
      throw connectionFailure(error, this.#options.name, proxy);
    }
  }

  async #dispatcher(url: URL, proxy: URL | undefined): Promise<Dispatcher> {
    const key = proxy === undefined ? '' : `${url.protocol} ${proxy.href}`;
    // A program that uploads nothing does not load it.
    const undici = await import('undici');
    let dispatcher = this.#dispatchers.get(key);
    if (!dispatcher) {
      dispatcher = proxy === undefined ? this.#direct(undici) : this.#through(undici, proxy, url.protocol === 'https:');
      this.#dispatchers.set(key, dispatcher);
    }
    return dispatcher;
  }

  /**
   * Of `url`; this computer is asked directly, for what goes to it has no encryption. UPLOAD_UNREACHABLE when the
   * environment names something that is no proxy.
   */
  #proxy(url: URL): URL | undefined {
    if (isLoopback(url.hostname)) return undefined;
    return proxyFor(url, this.#options.environment ?? process.env, 'UPLOAD_UNREACHABLE');
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #direct({ Agent }: Undici): Dispatcher {
    return new Agent({ ...POOL, connect: this.#connect() });
  }

  /** Only what is encrypted needs a tunnel, and many proxies make none for anything else. */
  #through({ Pool, ProxyAgent }: Undici, proxy: URL, needsTunnel: boolean): Dispatcher {
    const login = credentialsIn(proxy);
    const uri = new URL(proxy);
    uri.username = '';
    uri.password = '';
    return new ProxyAgent({
      ...POOL,
      uri: uri.href,
      proxyTunnel: needsTunnel || proxy.protocol === 'https:',
      requestTls: this.#connect(),
      // Of the answer to CONNECT, which it would wait for longer than for anything else.
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: this.#patience.idleMs }),
      proxyTls: { timeout: this.#patience.connectMs },
      ...(login ? { token: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` } : {}),
    });
  }

  #connect(): { readonly timeout: number; readonly rejectUnauthorized: boolean } {
    return { timeout: this.#patience.connectMs, rejectUnauthorized: !this.#options.insecure };
  }
}

const POOL = {
  connections: CONNECTIONS,
  pipelining: 1,
  maxHeaderSize: MOST_HEADER_BYTES,
} as const;

/** Up to more than `mostBytes`; leaving the loop ends the connection. */
async function readBytes(
  body: AsyncIterable<unknown>,
  mostBytes: number,
  { answerMs, slowest }: Patience,
  isLate: () => void,
): Promise<Uint8Array> {
  const began = performance.now();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let timer = setTimeout(isLate, answerMs);
  try {
    for await (const part of body) {
      if (!(part instanceof Uint8Array)) continue;
      parts.push(part);
      bytes += part.length;
      if (bytes > mostBytes) break;
      clearTimeout(timer);
      timer = setTimeout(isLate, began + answerMs + bytes / slowest - performance.now());
    }
    return Buffer.concat(parts);
  } finally {
    clearTimeout(timer);
  }
}
