import { Client, type Dispatcher, buildConnector } from 'undici';
import { LongtakeError } from '../../../shared/errors.ts';
import { VERSION } from '../../../shared/version.ts';
import { acceptIcy } from './acceptIcy.ts';
import { type Credentials, authorization, redirectTarget, withoutCredentials } from './address.ts';
import { connectionError, redirectError, statusError } from './streamErrors.ts';

/** The start of an answer that brings a stream. */
export interface Answer {
  /** Where the address led after redirects, without credentials. */
  readonly url: URL;
  /** Lower-case names; the first value of each. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Receiver {
  onAnswer(answer: Answer): void;
  /** The bytes are the receiver's to keep. */
  onBytes(bytes: Uint8Array): void;
}

export interface ReceiveOptions {
  readonly url: URL;
  readonly credentials: Credentials | undefined;
  /** Time for name resolution, TCP and TLS together, ms. */
  readonly connectTimeout: number;
  /** Longest time without a byte, ms. */
  readonly stallTimeout: number;
}

const MOST_REDIRECTS = 5;
/** Stations put long descriptions into headers. */
const LARGEST_HEADER = 64 * 1024;

/**
 * Asks for a stream and hands over what comes until the server ends it (resolves), it fails (rejects with a
 * LongtakeError), or `signal` is aborted (resolves). In each case the socket is closed when it settles. What `receiver`
 * throws ends the connection and is passed on. Credentials go to the host that they are for, and to no other.
 */
export async function receive(options: ReceiveOptions, receiver: Receiver, signal: AbortSignal): Promise<void> {
  let url = options.url;
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    if (signal.aborted) return;
    const location = await request(url, options, receiver, signal);
    if (location === undefined) return;
    url = redirectTarget(url, location);
  }
  throw redirectError(options.url);
}

type Headers = ReadonlyMap<string, string>;

/** One request; resolves with where it is redirected to, if it is. */
async function request(
  url: URL,
  options: ReceiveOptions,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<string | undefined> {
  const client = openClient(url, options);
  try {
    return await exchange(client, url, options, receiver, signal);
  } finally {
    await client.destroy();
  }
}

function openClient(url: URL, { connectTimeout, stallTimeout }: ReceiveOptions): Client {
  const connect = buildConnector({ timeout: connectTimeout });
  return new Client(url.origin, {
    pipelining: 1,
    headersTimeout: stallTimeout,
    bodyTimeout: stallTimeout,
    maxHeaderSize: LARGEST_HEADER,
    connect: (target, callback) => {
      connect(target, (...result) => {
        if (result[1]) acceptIcy(result[1]);
        callback(...result);
      });
    },
  });
}

function exchange(
  client: Client,
  url: URL,
  options: ReceiveOptions,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answered = false;
    let location: string | undefined;
    /** What ended the exchange from our side. */
    let ended: { readonly reason: unknown } | undefined;
    const stop = () => void client.destroy(new LongtakeError('CANCELLED', 'The stream is no longer wanted.'));
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', stop);
      finish();
    };
    // An exception must not pass through the HTTP parser, which is in the middle of its work.
    const guard = (controller: Dispatcher.DispatchController, step: () => void) => {
      if (ended) return;
      try {
        step();
      } catch (error) {
        ended = { reason: error };
        controller.abort(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const start = (controller: Dispatcher.DispatchController, status: number, headers: Headers, text = '') => {
      location = isRedirect(status) ? headers.get('location') : undefined;
      if (location !== undefined) {
        controller.abort(new LongtakeError('CANCELLED', 'The stream is elsewhere.'));
        return;
      }
      if (status !== 200) throw statusError(url, status, text, options.credentials !== undefined);
      answered = true;
      receiver.onAnswer({ url: withoutCredentials(url), headers });
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (controller, status, headers, text) => {
        if (status >= 200) guard(controller, () => start(controller, status, firstValues(headers), text));
      },
      onResponseData: (controller, bytes) => guard(controller, () => receiver.onBytes(bytes)),
      onResponseEnd: () => settle(() => resolve(undefined)),
      onResponseError: (_controller, error) => {
        settle(() => {
          if (ended) reject(ended.reason);
          else if (signal.aborted) resolve(undefined);
          else if (location === undefined) reject(connectionError(url, error, answered, options));
          else resolve(location);
        });
      },
    };
    signal.addEventListener('abort', stop, { once: true });
    client.dispatch({ method: 'GET', path: url.pathname + url.search, headers: headersFor(url, options) }, handler);
  });
}

function headersFor(url: URL, { url: first, credentials }: ReceiveOptions): Record<string, string> {
  const login = authorization(first, url, credentials);
  return {
    'user-agent': `Longtake/${VERSION}`,
    accept: '*/*',
    'icy-metadata': '1',
    ...(login === undefined ? {} : { authorization: login }),
  };
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values.set(name.toLowerCase(), first);
  }
  return values;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
