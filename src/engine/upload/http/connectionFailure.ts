import { LongtakeError } from '../../../shared/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'takes no connection',
  ECONNRESET: 'broke the connection',
  EPIPE: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'broke the connection',
  ENOTFOUND: 'is not known by that name, or there is no network',
  EAI_AGAIN: 'cannot be looked up: there may be no network',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached: there may be no network',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'did not answer in time',
  UND_ERR_ABORTED: 'did not come to the end of its answer in time',
  ABORT_ERR: 'did not come to the end of its answer in time',
  UND_ERR_HEADERS_OVERFLOW: 'answered with more headers than any server needs',
};

/**
 * What a person is told when a server cannot be asked: UPLOAD_UNREACHABLE, or UPLOAD_TLS for its certificate. `proxy`:
 * what it was asked through.
 */
export function connectionFailure(error: unknown, target: string, proxy?: URL): LongtakeError {
  if (error instanceof LongtakeError) return error;
  const refused = proxy && proxyRefusal(error, proxy);
  if (refused) return refused;
  const name = proxy ? `${target}, asked through the proxy ${proxy.host},` : target;
  const code = codeOf(error);
  const options = { cause: error, details: { system: code } };
  if (/^(CERT_|DEPTH_|SELF_|UNABLE_|ERR_TLS)/.test(code)) {
    const message = `The certificate of ${name} is not accepted (${code}). Check the address, or allow it for this target.`;
    return new LongtakeError('UPLOAD_TLS', message, options);
  }
  if (/^(EPROTO|ERR_SSL)/.test(code)) {
    const message = `${name} does not speak HTTPS at this address (${code}). Check the address and its port.`;
    return new LongtakeError('UPLOAD_TLS', message, options);
  }
  const known = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  const what = known === undefined ? `could not be asked (${code || 'unknown error'})` : `${known} (${code})`;
  return new LongtakeError('UPLOAD_UNREACHABLE', `${name} ${what}. It is tried again by itself.`, options);
}

/** The proxy answered itself. */
function proxyRefusal(error: unknown, proxy: URL): LongtakeError | undefined {
  const text = error instanceof Error ? error.message : '';
  const [, status] = /^Proxy (?:response \((\d+)\)|Authentication Required \(\d+\))/.exec(text) ?? [
    undefined,
    undefined,
  ];
  if (status === undefined && !text.startsWith('Proxy Authentication')) return undefined;
  const why =
    status === undefined || status === '407'
      ? 'asks for another name and password. Put them into its address in HTTPS_PROXY or HTTP_PROXY'
      : `does not lead there (${status}). Ask who runs it, or name the target in NO_PROXY`;
  const message = `The proxy ${proxy.host} ${why}, and start Longtake again.`;
  return new LongtakeError('UPLOAD_UNREACHABLE', message, { cause: error, details: { proxy: proxy.host } });
}

/** Every address of a name was tried: the errors of all are in one; the first tells. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'AbortError') return 'ABORT_ERR';
  return error.cause === undefined ? '' : codeOf(error.cause);
}
