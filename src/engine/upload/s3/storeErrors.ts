import { errnoOf, LongtakeError } from '../../../shared/errors.ts';

/** The parts of an error of the store's client that matter here. */
interface StoreFailure {
  readonly name: string;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
}

function failureOf(error: unknown): StoreFailure {
  const {
    name = '',
    Code = '',
    $metadata,
    $response,
    $retryable: _,
  } = (error ?? {}) as {
    readonly name?: string;
    readonly Code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
    readonly $retryable?: unknown;
  };
  const seconds = Number($response?.headers?.['retry-after']);
  return {
    name: name === '' || name === 'Error' || name === 'UnknownError' ? Code || name : name,
    status: $metadata?.httpStatusCode,
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined,
  };
}

const UNAUTHORIZED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
]);
const FULL: ReadonlySet<string> = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull']);
/** Something else arrived than was sent. */
const DAMAGED: ReadonlySet<string> = new Set([
  'BadDigest',
  'IncompleteBody',
  'InvalidDigest',
  'RequestTimeout',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]);
const WRONG_PLACE: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);

export const isMissing = (error: unknown): boolean => {
  const { name, status } = failureOf(error);
  return name !== 'NoSuchBucket' && (name === 'NoSuchKey' || name === 'NotFound' || status === 404);
};

/** Anything that the store or the way to it answered, as a sentence that says what to do. */
export function storeError(error: unknown, where: { readonly name: string; readonly bucket: string }): LongtakeError {
  if (error instanceof LongtakeError) return error;
  const { name, bucket } = where;
  const failure = failureOf(error);
  const { status } = failure;
  const make = (code: ConstructorParameters<typeof LongtakeError>[0], message: string): LongtakeError =>
    new LongtakeError(code, message, {
      cause: error,
      details: {
        answer: failure.name,
        ...(status === undefined ? {} : { status }),
        ...(failure.retryAfter === undefined ? {} : { retryAfterMs: failure.retryAfter }),
      },
    });
  if (failure.name === 'AbortError') return make('CANCELLED', 'The action was cancelled.');
  if (failure.name === 'RequestTimeTooSkewed') {
    return make('UPLOAD_UNAUTHORIZED', `${name} says that this computer's clock is wrong. Set it, and try again.`);
  }
  if (failure.name === 'NoSuchBucket') {
    return make('UPLOAD_REJECTED', `${name} has no bucket ${bucket}. Make it there, or enter another one.`);
  }
  if (FULL.has(failure.name) || status === 507) {
    return make('UPLOAD_QUOTA', `${name} has no more room for bucket ${bucket}. Make room there.`);
  }
  if (WRONG_PLACE.has(failure.name) || status === 301 || status === 307) {
    return make(
      'UPLOAD_REJECTED',
      `${name} keeps bucket ${bucket} in another region or at another address. Correct them.`,
    );
  }
  if (UNAUTHORIZED.has(failure.name) || status === 401 || status === 403) {
    return make(
      'UPLOAD_UNAUTHORIZED',
      `${name} refuses these keys for bucket ${bucket}. Correct them, or their rights.`,
    );
  }
  if (failure.name === 'SlowDown' || status === 429 || status === 503) {
    return make('UPLOAD_LIMIT', `${name} is busy. It is tried again by itself.`);
  }
  if (isCertificateError(error)) {
    return make('UPLOAD_TLS', `The certificate of ${name} cannot be trusted. Have it put right, or consent to it.`);
  }
  if (DAMAGED.has(failure.name)) {
    return make('UPLOAD_UNREACHABLE', `What was sent arrived damaged at ${name}. It is sent again by itself.`);
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return make(
      'UPLOAD_REJECTED',
      `${name} refuses what is sent (${failure.name || status}). Look at the target's settings.`,
    );
  }
  return make('UPLOAD_UNREACHABLE', `${name} cannot be reached. It is tried again by itself.`);
}

function isCertificateError(error: unknown): boolean {
  const code = errnoOf(error) ?? '';
  return /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/.test(code);
}
