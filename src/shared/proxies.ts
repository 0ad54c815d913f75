import { type ErrorCode, LongtakeError } from './errors.ts';
import { parseUrl } from './webAddress.ts';

/** The variables that tell of proxies. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name for `url` (lower case goes first); undefined for none. Throws
 * `code` when what they name is no proxy.
 */
export function proxyFor(
  url: URL,
  environment: ProxyEnvironment,
  code: Extract<ErrorCode, 'STREAM_UNREACHABLE' | 'UPLOAD_UNREACHABLE'>,
): URL | undefined {
  const http = proxyAddress(environment, 'HTTP_PROXY', code);
  const https = proxyAddress(environment, 'HTTPS_PROXY', code) ?? http;
  const proxy = url.protocol === 'https:' ? https : http;
  return proxy && !isExcepted(url, environment['no_proxy'] ?? environment['NO_PROXY'] ?? '') ? proxy : undefined;
}

/** Names with what is below them, with a port or without; `*` for all. */
function isExcepted({ hostname, port, protocol }: URL, names: string): boolean {
  if (names.trim() === '*') return true;
  const ownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return names.split(/[,\s]+/).some((entry) => {
    const [, named = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const name = named.replace(/^\*?\./, '').toLowerCase();
    if (name === '' || (onlyPort !== undefined && onlyPort !== ownPort)) return false;
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}

function proxyAddress(
  environment: ProxyEnvironment,
  name: 'HTTP_PROXY' | 'HTTPS_PROXY',
  code: ErrorCode,
): URL | undefined {
  const text = (environment[name.toLowerCase()] ?? environment[name] ?? '').trim();
  if (text === '') return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  const url = parseUrl(full);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url;
  const named = text.replace(/^(.*:\/\/)?.*@/, '$1');
  throw new LongtakeError(
    code,
    `The proxy that ${name} names, "${named.slice(0, 200)}", is no address of a proxy. Set it to something like http://proxy.example:3128, or remove it, and start Longtake again.`,
    { details: { proxy: named.slice(0, 200) } },
  );
}
