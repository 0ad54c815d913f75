export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The address in a text; undefined when it is none. `URL.canParse` says yes to some host names of broken characters
 * that the constructor then refuses (Node 20).
 */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Those that an address holds itself (RFC 3986 3.2.1). */
export function credentialsIn(url: URL): Credentials | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { username: decoded(url.username), password: decoded(url.password) };
}

/** A stray percent sign is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A name of this computer. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/i.test(hostname);
}

/** A page that a person may be led to: encrypted, or of this computer. */
export function isPage({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
