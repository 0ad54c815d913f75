import type { Dispatcher } from 'undici';
import type { StreamHop } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { VERSION } from '../../../shared/version.ts';
import { type Logins, basicAuthorization, redirectTarget, withoutCredentials } from './address.ts';
import { type ConnectLimits, openLine, type ProxyEnvironment } from './connectThrough.ts';
import { connectionError, redirectError, statusError } from './streamErrors.ts';

/** The start of an answer that brings a stream. */
export interface Answer {
  /** Where the address led after redirects, without credentials. */
  readonly url: URL;
  /** The redirects that led there, in order. */
  readonly redirects: readonly StreamHop[];
  /** Lower-case names; the first value of each. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Receiver {
  onAnswer(answer: Answer): void;
  /** The bytes are the receiver's to keep. */
  onBytes(bytes: Uint8Array): void;
}

export interface ReceiveOptions extends ConnectLimits {
  readonly url: URL;
  readonly logins: Logins;
  /** Of proxies; this process's own when absent. */
  readonly environment?: ProxyEnvironment;
}

const MOST_REDIRECTS = 5;

/**
 * Asks for a stream and hands over what comes until the server ends it (resolves), it fails (rejects with a
 * LongtakeError), or `signal` is aborted (resolves). In each case the socket is closed when it settles. What `receiver`
 * throws ends the connection and is passed on. Credentials go to the host that they are for, and to no other.
 */
export async function receive(options: ReceiveOptions, receiver: Receiver, signal: AbortSignal): Promise<void> {
  let { url } = options;
  const redirects: StreamHop[] = [];
  const visited = new Set<string>();
  while (redirects.length <= MOST_REDIRECTS) {
    if (signal.aborted) return;
    visited.add(url.href);
    const location = await request({ ...options, url }, redirects, receiver, signal);
    if (location === undefined) return;
    redirects.push({ url: withoutCredentials(url).href, is: 'redirect' });
    url = redirectTarget(url, location);
    if (visited.has(url.href)) throw redirectError(options.url, 'in a circle');
  }
  throw redirectError(options.url, 'without end');
}

type Headers = ReadonlyMap<string, string>;

/** One request; resolves with where it is redirected to, if it is. */
async function request(
  options: ReceiveOptions,
  redirects: readonly StreamHop[],
  receiver: Receiver,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { url } = options;
  const { dispatcher, proxy } = openLine(url, options, options.environment);
  const onAnswer = (headers: Headers) =>
    receiver.onAnswer({ url: withoutCredentials(url), redirects: [...redirects], headers });
  try {
    return await exchange(
      dispatcher,
      options,
      { ...receiver, onAnswer, onBytes: (b) => receiver.onBytes(b) },
      proxy,
      signal,
    );
  } finally {
    await dispatcher.destroy();
  }
}

interface Exchange {
  onAnswer(headers: Headers): void;
  onBytes(bytes: Uint8Array): void;
}

function exchange(
  dispatcher: Dispatcher,
  options: ReceiveOptions,
  receiver: Exchange,
  proxy: () => string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { url, logins } = options;
  const credentials = logins.for(url);
  return new Promise((resolve, reject) => {
    let answered = false;
    let location: string | undefined;
    /** What ended the exchange from our side. */
    let ended: { readonly reason: unknown } | undefined;
    const stop = () => void dispatcher.destroy(new LongtakeError('CANCELLED', 'The stream is no longer wanted.'));
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
      if (status !== 200) throw statusError(url, { status, text, hadLogin: credentials !== undefined, proxy: proxy() });
      answered = true;
      receiver.onAnswer(headers);
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
          else if (location === undefined)
            reject(connectionError(url, error, { ...options, answered, proxy: proxy() }));
          else resolve(location);
        });
      },
    };
    signal.addEventListener('abort', stop, { once: true });
    const headers = {
      'user-agent': `Longtake/${VERSION}`,
      accept: '*/*',
      'icy-metadata': '1',
      ...(credentials ? { authorization: basicAuthorization(credentials) } : {}),
    };
    dispatcher.dispatch({ origin: url.origin, method: 'GET', path: url.pathname + url.search, headers }, handler);
  });
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
