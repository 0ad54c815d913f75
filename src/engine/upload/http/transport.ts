import type { Dispatcher } from 'undici';
import { type ProxyEnvironment, proxyFor } from '../../../shared/proxies.ts';
import { credentialsIn, isLoopback } from '../../../shared/webAddress.ts';

const CONNECT_MS = 15_000;
/** Without a byte in either direction, ms. */
export const IDLE_MS = 60_000;
const MOST_HEADER_BYTES = 64 * 1024;
const CONNECTIONS = 16;

export interface TransportOptions {
  /** A person consented to certificates that nobody vouches for. */
  readonly insecure: boolean;
  /** Of the process, unless a test says otherwise. */
  readonly environment?: ProxyEnvironment | undefined;
}

type Undici = typeof import('undici');

/** The connections to one target: direct, or through the proxies that the environment names. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** What asks for `url`. Rejects with UPLOAD_UNREACHABLE when the environment names something that is no proxy. */
  async dispatcher(url: URL): Promise<Dispatcher> {
    const proxy = this.proxy(url);
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

  /** Of `url`; this computer is asked directly, for what goes to it has no encryption. */
  proxy(url: URL): URL | undefined {
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
  #through({ ProxyAgent }: Undici, proxy: URL, needsTunnel: boolean): Dispatcher {
    const login = credentialsIn(proxy);
    const uri = new URL(proxy);
    uri.username = '';
    uri.password = '';
    return new ProxyAgent({
      ...POOL,
      uri: uri.href,
      proxyTunnel: needsTunnel || proxy.protocol === 'https:',
      requestTls: this.#connect(),
      proxyTls: { timeout: CONNECT_MS },
      ...(login ? { token: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` } : {}),
    });
  }

  #connect(): { readonly timeout: number; readonly rejectUnauthorized: boolean } {
    return { timeout: CONNECT_MS, rejectUnauthorized: !this.#options.insecure };
  }
}

const POOL = {
  connections: CONNECTIONS,
  pipelining: 1,
  bodyTimeout: IDLE_MS,
  maxHeaderSize: MOST_HEADER_BYTES,
} as const;
