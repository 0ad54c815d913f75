const SHA256_BYTES = 32;

/** `malformed`: it has a sha-256 that is none. */
export type DigestHeader = { readonly sha256: string | undefined } | 'malformed';

/**
 * The SHA-256 (hex) of a `Content-Digest` header, RFC 9530 2.: a dictionary of byte sequences (RFC 8941 3.2). Other
 * algorithms are left out, as the RFC allows.
 */
export function readContentDigest(header: string | readonly string[] | undefined): DigestHeader {
  if (header === undefined) return { sha256: undefined };
  const members = (typeof header === 'string' ? header : header.join(',')).split(',');
  const member = members.map((text) => text.trim()).findLast((text) => /^sha-256\s*=/.test(text));
  if (member === undefined) return { sha256: undefined };
  const text = /^sha-256=:([A-Za-z0-9+/]*={0,2}):(\s*;.*)?$/.exec(member)?.[1];
  const bytes = text === undefined ? undefined : Buffer.from(text, 'base64');
  return bytes?.length === SHA256_BYTES ? { sha256: bytes.toString('hex') } : 'malformed';
}

/** `sha256` is hex. */
export const contentDigest = (sha256: string): string => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
