import { LongtakeError } from '../../../shared/errors.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import { isLoopback, parseUrl } from '../../../shared/webAddress.ts';
import { BodyTurns } from './bodyTurns.ts';
import { inPieces } from './pieces.ts';
import { type Patience, Transport } from './transport.ts';

/** Of an answer; no true one is nearly as long. */
const MOST_ANSWER_BYTES = 1024 * 1024;

export interface ServerAddress {
  /** What people call the target. */
  readonly name: string;
  readonly url: string;
  /** A person consented to a line that others can read, and to certificates that nobody vouches for. */
  readonly insecure: boolean;
  /** Names proxies; of the process, unless a test says otherwise. */
  readonly environment?: ProxyEnvironment | undefined;
  /** The usual, unless a test says otherwise. */
  readonly patience?: Patience | undefined;
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
    const url = new URL(`${this.#base}${path}`);
    const went = await this.#turns.enter(body?.kind === 'bytes' ? length : 0);
    try {
      const asked = {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'Longtake',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(length) }),
        },
        body: body && { length, pieces: body.kind === 'bytes' ? inPieces(body.bytes, went) : body.read() },
        mostBytes: MOST_ANSWER_BYTES,
      };
      const { status, headers: answered, bytes } = await this.#transport.ask(url, asked, signal);
      const text = new TextDecoder().decode(bytes.subarray(0, MOST_ANSWER_BYTES));
      return answerOf(url, status, answered, text);
    } finally {
      went();
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
