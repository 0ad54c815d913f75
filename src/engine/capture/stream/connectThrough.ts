import { Client, type Dispatcher, EnvHttpProxyAgent, buildConnector } from 'undici';
import { LongtakeError } from '../../../shared/errors.ts';
import { acceptIcy } from './acceptIcy.ts';
import { parseUrl } from './address.ts';

export interface ConnectLimits {
  /** Time for name resolution, TCP and TLS together, ms. */
  readonly connectTimeout: number;
  /** Longest time without a byte, ms. */
  readonly stallTimeout: number;
}

/** A way to one server. Whoever opens it destroys its dispatcher. */
export interface Line {
  readonly dispatcher: Dispatcher;
  /** The proxy that is asked, without its credentials; undefined for none. To be asked once a request was dispatched. */
  readonly proxy: () => string | undefined;
}

/** The variables that tell of proxies. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** Stations put long descriptions into headers. */
const LARGEST_HEADER = 64 * 1024;

type Connector = ReturnType<typeof buildConnector>;

/**
 * A line to `url`: direct, or through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name (lower case goes first).
 * Throws STREAM_UNREACHABLE when what they name is no proxy.
 */
export function openLine(url: URL, limits: ConnectLimits, environment: ProxyEnvironment = process.env): Line {
  const http = proxyAddress(environment, 'HTTP_PROXY');
  const https = proxyAddress(environment, 'HTTPS_PROXY') ?? http;
  const client = {
    pipelining: 1,
    headersTimeout: limits.stallTimeout,
    bodyTimeout: limits.stallTimeout,
    maxHeaderSize: LARGEST_HEADER,
  };
  const direct = listeningForIcy(buildConnector({ timeout: limits.connectTimeout }));
  const proxy = url.protocol === 'https:' ? https : http;
  if (!proxy) return { dispatcher: new Client(url.origin, { ...client, connect: direct }), proxy: () => undefined };
  let isDirect = false;
  const open = (origin: string | URL, options: object): Client => {
    const { connect } = options as { readonly connect?: Connector };
    return new Client(origin, { ...client, ...(connect ? { connect: listeningForIcy(connect) } : {}) });
  };
  const dispatcher = new EnvHttpProxyAgent({
    ...client,
    httpProxy: http?.href ?? '',
    httpsProxy: https?.href ?? '',
    noProxy: environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
    // As everybody else does: many proxies allow a tunnel to the port of HTTPS and to no other.
    proxyTunnel: false,
    connect: (target, callback) => {
      isDirect = true;
      direct(target, callback);
    },
    proxyTls: { timeout: limits.connectTimeout },
    requestTls: { timeout: limits.connectTimeout },
    clientFactory: open,
    factory: open,
  });
  return { dispatcher, proxy: () => (isDirect ? undefined : proxy.origin) };
}

function listeningForIcy(connect: Connector): Connector {
  return (target, callback) => {
    connect(target, (...result) => {
      if (result[1]) acceptIcy(result[1]);
      callback(...result);
    });
  };
}

function proxyAddress(environment: ProxyEnvironment, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): URL | undefined {
  const text = (environment[name.toLowerCase()] ?? environment[name] ?? '').trim();
  if (text === '') return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  const url = parseUrl(full);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url;
  const named = text.replace(/^(.*:\/\/)?.*@/, '$1');
  throw new LongtakeError(
    'STREAM_UNREACHABLE',
    `The proxy that ${name} names, "${named.slice(0, 200)}", is no address of a proxy. Set it to something like http://proxy.example:3128, or remove it, and start Longtake again.`,
    { details: { proxy: named.slice(0, 200) } },
  );
}
