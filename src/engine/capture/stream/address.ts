import { LongtakeError } from '../../../shared/errors.ts';
import { type Credentials, credentialsIn, parseUrl } from '../../../shared/webAddress.ts';

/** The address of a stream as a person entered it. Throws INVALID_INPUT. */
export function parseAddress(text: string): URL {
  const url = parseUrl(text);
  if (!url || !isHttp(url)) {
    throw new LongtakeError('INVALID_INPUT', 'Enter an address that starts with http:// or https://.');
  }
  return url;
}

/** Who to log in as: the given name and password, else those in the address, else nobody. */
export function credentialsFor(url: URL, username: string, password: string | undefined): Credentials | undefined {
  if (username !== '' || (password ?? '') !== '') return { username, password: password ?? '' };
  return credentialsIn(url);
}

/** Who logs in where: nobody is told a password that was meant for somebody else. */
export class Logins {
  readonly #known: readonly { readonly url: URL; readonly credentials: Credentials }[];

  constructor(known: readonly { readonly url: URL; readonly credentials: Credentials }[] = []) {
    this.#known = known;
  }

  /** With those for `url` and where its own server sends on to; nothing is added without credentials. */
  with(url: URL, credentials: Credentials | undefined): Logins {
    return credentials ? new Logins([...this.#known, { url, credentials }]) : this;
  }

  /** What an address says itself goes first, then what was learned last. */
  for(url: URL): Credentials | undefined {
    return credentialsIn(url) ?? this.#known.findLast((login) => isSameParty(login.url, url))?.credentials;
  }
}

/** Value of the Authorization header (RFC 7617). */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Throws STREAM_UNREACHABLE for a place that is no web address. */
export function redirectTarget(from: URL, location: string): URL {
  const target = parseUrl(location, from);
  if (target && isHttp(target)) {
    target.hash = '';
    return target;
  }
  throw new LongtakeError(
    'STREAM_UNREACHABLE',
    `${from.host} sends on to an address that is no web address. Ask the station for the direct address.`,
  );
}

/** For people and logs. */
export function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** The same server, or the same host that moved from HTTP to HTTPS; never from HTTPS to HTTP. */
function isSameParty(first: URL, url: URL): boolean {
  if (first.origin === url.origin) return true;
  return first.hostname === url.hostname && first.protocol === 'http:' && url.protocol === 'https:';
}

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
