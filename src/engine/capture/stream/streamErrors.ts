import { type ErrorDetails, LongtakeError } from '../../../shared/errors.ts';
import { cleanText } from '../../containers/icy.ts';
import { certificateError } from './certificateErrors.ts';
import { LineError } from './lineError.ts';

/** Limits that a message states, ms. */
export interface Limits {
  readonly connectTimeout: number;
  readonly stallTimeout: number;
}

/** How a connection was made, as far as a message tells. */
export interface Way {
  /** Without its credentials; undefined for none. */
  readonly proxy: string | undefined;
}

export interface StatusAnswer extends Way {
  readonly status: number;
  readonly text: string;
  /** A name or password was sent. */
  readonly hadLogin: boolean;
}

/** The error for a status that brings no stream. */
export function statusError(url: URL, { status, text, hadLogin, proxy }: StatusAnswer): LongtakeError {
  const options = { details: { host: url.host, status, ...(proxy === undefined ? {} : { proxy }) } };
  const path = url.pathname;
  switch (status) {
    case 401:
      return new LongtakeError(
        'STREAM_REFUSED',
        hadLogin
          ? `${url.host} does not accept this user name and password. Check both.`
          : `${url.host} asks for a user name and password. Enter both for this source.`,
        options,
      );
    case 403:
      return new LongtakeError(
        'STREAM_REFUSED',
        `${url.host} does not allow this connection. It may be full, or want a user name and password.`,
        options,
      );
    case 404:
    case 410:
      return new LongtakeError(
        'STREAM_NOT_FOUND',
        `There is no stream at ${path} on ${url.host}. It may be off the air; otherwise check the address.`,
        options,
      );
    case 407:
      return proxyLogin(proxy ?? 'on the way', options);
    default: {
      const answer = `${status} ${cleanText(text)}`.trim();
      const through = proxy === undefined ? '' : ` The answer came through the proxy ${proxy}.`;
      return new LongtakeError(
        'STREAM_UNREACHABLE',
        `${url.host} answered ${answer} instead of a stream. Try again later, or check the address.${through}`,
        options,
      );
    }
  }
}

export function redirectError(url: URL, how: 'in a circle' | 'without end'): LongtakeError {
  return new LongtakeError(
    'STREAM_UNREACHABLE',
    `${url.host} sends on from address to address ${how}. Ask the station for the direct address.`,
    { details: { host: url.host } },
  );
}

export function streamEnded(url: URL): LongtakeError {
  return new LongtakeError('STREAM_LOST', `${url.host} ended the stream.`, { details: { host: url.host } });
}

export function withoutAudio(url: URL, stallTimeout: number): LongtakeError {
  return new LongtakeError(
    'STREAM_STALLED',
    `${url.host} sends, but no audio has come for ${seconds(stallTimeout)}. It is opened again.`,
    { details: { host: url.host } },
  );
}

export interface Failure extends Limits, Way {
  /** The stream had begun. */
  readonly answered: boolean;
}

/** The error for a connection that failed. What is one already stays as it is. */
export function connectionError(url: URL, error: unknown, failure: Failure): LongtakeError {
  if (error instanceof LongtakeError) return error;
  const code = codeOf(error);
  const { answered, proxy } = failure;
  const details = { host: url.host, reason: code || String(error), ...(proxy === undefined ? {} : { proxy }) };
  const options = { details, cause: error };
  const certificate = certificateError(url, code, error);
  if (certificate) return certificate;
  if (code === 'NO_BYTES') {
    return new LongtakeError(
      'STREAM_STALLED',
      `Nothing has come from ${url.host} for ${seconds(failure.stallTimeout)}.`,
      options,
    );
  }
  if (answered) return new LongtakeError('STREAM_LOST', `The connection to ${url.host} broke.`, options);
  if (isTls(code)) return new LongtakeError('STREAM_TLS', whyNot(url, code, failure), options);
  if (proxy !== undefined) return proxyError(url, proxy, error, code, options);
  return new LongtakeError('STREAM_UNREACHABLE', whyNot(url, code, failure), options);
}

interface ErrorOptions {
  readonly details: ErrorDetails;
  readonly cause?: unknown;
}

function proxyError(url: URL, proxy: string, error: unknown, code: string, options: ErrorOptions): LongtakeError {
  const status = error instanceof LineError ? error.status : undefined;
  if (status === 407) return proxyLogin(proxy, options);
  const why = status === undefined ? proxyReason(code) : `answered ${status} when it was asked for ${url.host}`;
  return new LongtakeError(
    'STREAM_UNREACHABLE',
    `The proxy ${proxy} ${why}. Correct HTTP_PROXY or HTTPS_PROXY, or add ${url.hostname} to NO_PROXY, and start Longtake again.`,
    options,
  );
}

function proxyReason(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return 'is on a computer whose name nobody knows';
    case 'ECONNREFUSED':
      return 'takes no connection';
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return 'did not answer in time';
    case 'NO_HTTP':
      return 'does not speak HTTP';
    default:
      return 'cannot be reached, or broke the connection off';
  }
}

function proxyLogin(proxy: string, options: ErrorOptions): LongtakeError {
  return new LongtakeError(
    'STREAM_REFUSED',
    `The proxy ${proxy} asks for a user name and password, or does not accept those that it got. Put both into HTTP_PROXY or HTTPS_PROXY, as in http://user:password@proxy.example:3128, and start Longtake again.`,
    options,
  );
}

function whyNot(url: URL, code: string, limits: Limits): string {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return `There is no computer named ${url.hostname}. Check the address.`;
    case 'EAI_AGAIN':
      return `The name ${url.hostname} cannot be looked up now. Check the network connection.`;
    case 'ECONNREFUSED':
      return `${url.hostname} takes no connection on port ${port}. Check the address, and whether the server runs.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'ENETDOWN':
      return `${url.hostname} cannot be reached from here. Check the network connection.`;
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${url.hostname} did not answer on port ${port} within ${seconds(limits.connectTimeout)}. Check the address and the network connection.`;
    case 'NO_HTTP':
      return `What answers on port ${port} of ${url.hostname} is no web server. Check the address.`;
    default:
      if (isTls(code)) return `${url.host} does not speak HTTPS. Check the port, or try http:// instead.`;
      return `The connection to ${url.host} failed before anything came. Try again, and check the address.`;
  }
}

/** Every address of a name was tried: the errors of all are in one; the first tells. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return '';
}

function isTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS');
}

function seconds(ms: number): string {
  const count = Math.round(ms / 100) / 10;
  return count === 1 ? '1 second' : `${count} seconds`;
}
