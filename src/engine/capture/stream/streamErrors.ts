import { errors as undici } from 'undici';
import { LongtakeError } from '../../../shared/errors.ts';

/** Limits that a message states, ms. */
export interface Limits {
  readonly connectTimeout: number;
  readonly stallTimeout: number;
}

/** undici leaves the code of this error empty. */
const NO_HTTP = 'NO_HTTP';

/** What a certificate is refused for, by the code of Node's TLS error. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the date and time of this computer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that this computer does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified; the server does not send the whole chain',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that this computer does not know',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_REVOKED: 'its certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
};

/** The error for a status that brings no stream. `hadLogin`: a name or password was sent. */
export function statusError(url: URL, status: number, statusText: string, hadLogin: boolean): LongtakeError {
  const options = { details: { host: url.host, status } };
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
    default:
      return new LongtakeError(
        'STREAM_UNREACHABLE',
        `${url.host} answered ${`${status} ${statusText}`.trim()} instead of a stream. Try again later, or check the address.`,
        options,
      );
  }
}

export function redirectError(url: URL): LongtakeError {
  return new LongtakeError(
    'STREAM_UNREACHABLE',
    `${url.host} sends on from address to address without end. Ask the station for the direct address.`,
    { details: { host: url.host } },
  );
}

/** The error for a connection that failed. `answered`: the stream had begun. What is one already stays as it is. */
export function connectionError(url: URL, error: unknown, answered: boolean, limits: Limits): LongtakeError {
  if (error instanceof LongtakeError) return error;
  const code = codeOf(error);
  const options = { details: { host: url.host, reason: code || String(error) }, cause: error };
  const certificate = Object.hasOwn(CERTIFICATE_PROBLEMS, code) ? CERTIFICATE_PROBLEMS[code] : undefined;
  if (certificate !== undefined) {
    return new LongtakeError('STREAM_TLS', `The identity of ${url.host} is not certain: ${certificate}.`, options);
  }
  if (isBodyTimeout(code)) {
    return new LongtakeError(
      'STREAM_STALLED',
      `Nothing has come from ${url.host} for ${seconds(limits.stallTimeout)}.`,
      options,
    );
  }
  if (answered) return new LongtakeError('STREAM_LOST', `The connection to ${url.host} broke.`, options);
  return new LongtakeError(isTls(code) ? 'STREAM_TLS' : 'STREAM_UNREACHABLE', whyNot(url, code, limits), options);
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
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${url.hostname} did not answer on port ${port} within ${seconds(limits.connectTimeout)}. Check the address and the network connection.`;
    case 'UND_ERR_HEADERS_OVERFLOW':
    case NO_HTTP:
      return `What answers on port ${port} of ${url.hostname} is no web server. Check the address.`;
    default:
      if (isTls(code)) return `${url.host} does not speak HTTPS. Check the port, or try http:// instead.`;
      return `The connection to ${url.host} failed before anything came. Try again, and check the address.`;
  }
}

/** Every address of a name was tried: the errors of all are in one; the first tells. */
function codeOf(error: unknown): string {
  if (error instanceof undici.HTTPParserError) return NO_HTTP;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return '';
}

function isBodyTimeout(code: string): boolean {
  return code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT';
}

function isTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS');
}

function seconds(ms: number): string {
  const count = Math.round(ms / 100) / 10;
  return count === 1 ? '1 second' : `${count} seconds`;
}
