import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { errnoOf } from '../../shared/errors.ts';
import { VERSION } from '../../shared/version.ts';
import { NotTakenError } from './problem.ts';

/** A receiver must have answered within this, ms. */
const TIMEOUT_MS = 15_000;
/** Of an answer's body; nothing in it is used. */
const MOST_BODY_BYTES = 64 * 1024;
/** Statuses that a person on the receiver's side may mend. */
const MENDABLE = new Set([401, 403, 404, 408, 421, 425, 429]);

export interface WebhookTarget {
  readonly url: string;
  /** Signs each message where there is one. */
  readonly secret: string | undefined;
}

/** `now`: ms since 1970 UTC. Rejects with {@link NotTakenError} until the receiver has answered 2xx. */
export async function postWebhook(
  { url, secret }: WebhookTarget,
  { id, body }: { readonly id: string; readonly body: string },
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<void> {
  const timestamp = String(Math.floor(now / 1000));
  const status = await post(url, body, signal, {
    'content-type': 'application/json',
    'user-agent': `Longtake/${VERSION}`,
    'x-longtake-delivery': id,
    'x-longtake-timestamp': timestamp,
    ...(secret === undefined ? {} : { 'x-longtake-signature': signatureOf(secret, timestamp, body) }),
  });
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    throw new NotTakenError(`It answered ${status}: redirects are not followed. Set the address that it leads to.`);
  }
  throw new NotTakenError(`It answered ${status}.`, { isFinal: status < 500 && !MENDABLE.has(status) });
}

/** `sha256=` and the HMAC of `<timestamp>.<body>` in hex. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

async function post(
  url: string,
  body: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  try {
    const timed = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await request(url, { method: 'POST', headers, body, signal: timed });
    await answer.body.dump({ limit: MOST_BODY_BYTES });
    return answer.statusCode;
  } catch (error) {
    const code = errnoOf(error) ?? (error instanceof Error ? error.name : String(error));
    throw new NotTakenError(`It could not be reached (${code}).`, { cause: error });
  }
}
