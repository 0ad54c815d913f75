import { createHmac } from 'node:crypto';
import type { Alarm } from '../../shared/domain/alarm.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Section } from '../../shared/domain/section.ts';
import type { Upload } from '../../shared/domain/upload.ts';
import { LongtakeError } from '../../shared/errors.ts';

/** A receiver must have answered within this, ms. */
const TIMEOUT_MS = 10_000;
/** Of an answer's body; nothing in it is used. */
const MOST_BODY_BYTES = 64 * 1024;

/** What is posted, as JSON. Documented in the README. */
export interface WebhookMessage {
  readonly type: 'raised' | 'cleared' | 'test' | 'opened' | 'closed' | 'section' | 'uploaded';
  /** Name of this computer. */
  readonly host: string;
  /** ms since 1970 UTC; when it happened, not when it is sent. */
  readonly at: number;
  readonly alarm?: Alarm;
  readonly recording?: Recording;
  readonly section?: Section;
  readonly upload?: Upload;
}

export interface WebhookTarget {
  readonly url: string;
  /** Signs each message where there is one. */
  readonly secret?: string | undefined;
}

/** `id`: the same for every try of one message, so that a receiver can leave out what it has. */
export interface Delivery {
  readonly id: string;
  readonly body: string;
}

/**
 * Posts one message; resolves once the receiver took it. Rejects with WEBHOOK_FAILED and a sentence that says why;
 * its detail `final` is true when another try would end the same way, `status` is what the receiver answered.
 */
export async function postMessage(
  { url, secret }: WebhookTarget,
  { id, body }: Delivery,
  { now, signal, timeoutMs = TIMEOUT_MS }: { now: number; signal: AbortSignal; timeoutMs?: number },
): Promise<void> {
  const timestamp = String(Math.floor(now / 1000));
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: { readonly status: number; readonly location: string };
  try {
    const { request } = await import('undici');
    const {
      statusCode,
      headers,
      body: answered,
    } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Longtake',
        'x-longtake-delivery': id,
        'x-longtake-timestamp': timestamp,
        ...(secret === undefined || secret === ''
          ? {}
          : { 'x-longtake-signature': signature(secret, timestamp, body) }),
      },
      body,
      signal: AbortSignal.any([signal, timeout]),
    });
    answer = { status: statusCode, location: String(headers['location'] ?? '') };
    await answered.dump({ limit: MOST_BODY_BYTES });
  } catch (error) {
    if (signal.aborted) throw new LongtakeError('CANCELLED', 'Sending was cancelled.', { cause: error });
    throw failure(timeout.aborted ? `did not answer within ${timeoutMs / 1000} s` : reasonOf(error), url, {
      cause: error,
    });
  }
  const { status, location } = answer;
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    const to = location === '' ? '' : ` to ${location}`;
    throw failure(`answered ${status} and sends on${to}. Enter that address: redirects are not followed`, url, {
      status,
    });
  }
  throw failure(`answered ${status}`, url, { status, final: isFinal(status) });
}

/** `sha256=` and the HMAC of `<timestamp>.<body>` in hex. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** The receiver will not take this message. What a person may mend on its side is tried again. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
}

interface FailureOptions {
  readonly status?: number;
  readonly final?: boolean;
  readonly cause?: unknown;
}

function failure(what: string, url: string, { status, final = false, cause }: FailureOptions): LongtakeError {
  const { host } = new URL(url);
  return new LongtakeError('WEBHOOK_FAILED', `The webhook’s receiver ${host} ${what}.`, {
    details: { final, ...(status === undefined ? {} : { status }) },
    cause,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'takes no connection',
  ECONNRESET: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  ENOTFOUND: 'is not known by that name',
  EAI_AGAIN: 'cannot be looked up now: there may be no network',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'did not answer in time',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== '' && Object.hasOwn(reasons, code)) return `${reasons[code] ?? ''} (${code})`;
  if (/^(CERT_|DEPTH_|SELF_|UNABLE_|ERR_TLS)/.test(code)) return `has a certificate that is not accepted (${code})`;
  if (/^(EPROTO|ERR_SSL)/.test(code)) return `does not speak HTTPS (${code})`;
  return `could not be asked (${code === '' ? String(error) : code})`;
}

/** Every address of a name was tried: the errors of all are in one; the first tells. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
