import { isIP } from 'node:net';

/**
 * Whether a request's Host names this computer. A page of somebody else whose name was made to lead here
 * (DNS rebinding) brings its own name; an address, or a name that only this computer has, cannot be borrowed so.
 */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  const name = hostName(host);
  return (
    name !== undefined && (name === 'localhost' || isIP(name) > 0 || names.some((own) => own.toLowerCase() === name))
  );
}

/** Without port and brackets, in lower case; undefined for what is no host. */
function hostName(host: string | undefined): string | undefined {
  const url = `http://${host ?? ''}/`;
  if (host === undefined || host === '' || /[/\\?#@\s]/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Whether a page of `origin` is the one that `host` itself serves; a request without an Origin comes from no other page. */
export function isSameOrigin(origin: string, host: string | undefined, protocols: readonly string[]): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  const own = `${url.protocol}//${host}`;
  return protocols.includes(url.protocol) && URL.canParse(own) && new URL(own).origin === url.origin;
}
