import { type ErrorDetails, LongtakeError } from '../../../shared/errors.ts';
import type { Answer } from './httpClient.ts';

const LONGEST_TEXT = 300;
/** A server that is busy and does not say for how long is left alone for so long, ms. */
const BUSY_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** What a server says about a failure, in one line; undefined when it does not say. */
export function serverText(answer: Answer): string | undefined {
  const { json } = answer;
  const text = [json?.['error'], json?.['message'], json?.['error_message']].find((value) => typeof value === 'string');
  return typeof text === 'string' ? oneLine(text) : undefined;
}

/** Without control characters, and not longer than a person reads. */
export function oneLine(text: string): string | undefined {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line === '') return undefined;
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)} ...` : line;
}

/** It asks for a login: there are no 401s in Speakr, but ways to its login page. */
export function wantsLogin(answer: Answer): boolean {
  if (answer.status === 401) return true;
  // A login elsewhere is that of a network or a proxy, and says nothing of the token.
  if (isRedirect(answer)) return !answer.leadsAway && /\/login\b/i.test(answer.header('location') ?? '');
  if (answer.json !== undefined) return false;
  if (answer.status === 400) return isCsrfPage(answer);
  return answer.status === 200 && /<input[^>]+type=["']?password/i.test(answer.text);
}

export function isCsrfPage({ status, json, text }: Answer): boolean {
  return status === 400 && json === undefined && /csrf|referrer/i.test(text);
}

const isRedirect = ({ status }: Answer): boolean => status >= 300 && status < 400;

/** The error that an answer is which was not hoped for. `what`: what was asked, such as "the session". */
export function refusal(answer: Answer, name: string): LongtakeError {
  const { status } = answer;
  const said = serverText(answer);
  const details: ErrorDetails = { status };
  const error = (code: LongtakeError['code'], message: string, more: ErrorDetails = {}): LongtakeError =>
    new LongtakeError(code, message, { details: { ...details, ...more } });
  if (wantsLogin(answer)) return loginRefused(name);
  if (status === 403) {
    return error(
      'UPLOAD_UNAUTHORIZED',
      `${name} does not allow this${saying(said)} Check the account, or ask who runs it.`,
    );
  }
  if (isRedirect(answer)) {
    const to = oneLine(answer.header('location') ?? '') ?? 'another address';
    return error(
      'UPLOAD_UNREACHABLE',
      `${name} sends on to ${to}. If it has moved, enter its new address; a login of the network may be open, too.`,
    );
  }
  if (status === 429) {
    return error('UPLOAD_LIMIT', `${name} takes no more requests for now; it is asked again later.`, {
      retryAfterMs: pauseOf(answer) ?? BUSY_MS,
    });
  }
  if (status === 507) {
    return error(
      'UPLOAD_QUOTA',
      `${name} has no room left for this account${saying(said)} Finish or delete recordings there; here nothing is lost.`,
      roomOf(answer),
    );
  }
  if (status === 413) {
    return error(
      'UPLOAD_REJECTED',
      `${name}, or a proxy before it, takes no requests of this size. Raise its limit (nginx: client_max_body_size).`,
    );
  }
  if (status === 408 || status === 425 || status >= 500) {
    const pause = pauseOf(answer);
    return error(
      'UPLOAD_UNREACHABLE',
      `${name} cannot take anything now (${status})${saying(said)} It is tried again by itself.`,
      pause === undefined ? {} : { retryAfterMs: pause },
    );
  }
  if (status === 404 && answer.json === undefined) {
    return error(
      'UPLOAD_UNREACHABLE',
      `${name} has no such service at this address (404). Check the address, and that its version takes sessions.`,
    );
  }
  if (status >= 200 && status < 300) {
    return error(
      'UPLOAD_UNREACHABLE',
      `${name} answered with a page instead of data. Check the address; a login of the network may be open, too.`,
    );
  }
  return error('UPLOAD_REJECTED', `${name} refuses this recording (${status})${saying(said)}`);
}

export function loginRefused(name: string): LongtakeError {
  return new LongtakeError(
    'UPLOAD_UNAUTHORIZED',
    `${name} does not accept the login. Enter its token or password again.`,
  );
}

function saying(said: string | undefined): string {
  if (said === undefined) return '.';
  return /[.!?]$/.test(said) ? `: ${said}` : `: ${said}.`;
}

/** How much room an account has for sessions that are not finished, bytes, where a server says so. */
function roomOf({ json }: Answer): ErrorDetails {
  const room = json?.['quota_bytes'];
  return typeof room === 'number' && room > 0 ? { quotaBytes: room } : {};
}

/** Of `Retry-After` (RFC 9110 10.2.3): seconds, or a date. */
function pauseOf(answer: Answer): number | undefined {
  const header = answer.header('retry-after');
  if (header === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_PAUSE_MS, Math.max(0, ms)) : undefined;
}
