import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link with a signature lets its holder listen to. */
export interface LiveLink {
  readonly id: string;
  /** Until then, s since 1970 UTC. */
  readonly expires: number;
}

/** The end of an address that lets anybody who has it listen, until it expires: `?expires=…&signature=…`. */
export function signedQuery(secret: string, link: LiveLink): string {
  return `?expires=${link.expires}&signature=${signatureOf(secret, link)}`;
}

/** The query is one that {@link signedQuery} made for this session, and has not expired. */
export function isSigned(secret: string, id: string, query: LiveQuery, nowMs: number): boolean {
  const { expires, signature } = query;
  if (signature === undefined || expires === undefined || !/^\d{1,12}$/.test(expires)) return false;
  const link = { id, expires: Number(expires) };
  const expected = Buffer.from(signatureOf(secret, link));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given) && nowMs < link.expires * 1000;
}

export interface LiveQuery {
  readonly expires?: string | undefined;
  readonly signature?: string | undefined;
}

const signatureOf = (secret: string, { id, expires }: LiveLink): string =>
  createHmac('sha256', secret).update(`live:${id}:${expires}`).digest('base64url');
