import { type ErrorCode, type LongtakeError, toWireError } from '../../shared/errors.ts';

/** What becomes of an upload after a failure. */
export type FailureClass =
  /** Tried again by itself, without end. */
  | 'retry'
  /** Tried again rarely by itself, and at once when a person says so. */
  | 'person'
  /** The target is asked what it has, and gets the difference. */
  | 'resync'
  /** The session is lost: another one begins. */
  | 'gone'
  /** The program ends, or the upload was paused: nothing to tell. */
  | 'cancelled';

const classes: Partial<Record<ErrorCode, FailureClass>> = {
  CANCELLED: 'cancelled',
  UPLOAD_UNREACHABLE: 'retry',
  UPLOAD_LIMIT: 'retry',
  UPLOAD_UNAUTHORIZED: 'person',
  UPLOAD_QUOTA: 'person',
  UPLOAD_REJECTED: 'person',
  UPLOAD_TLS: 'person',
  UPLOAD_CONFLICT: 'resync',
  UPLOAD_SESSION_GONE: 'gone',
  SECRETS_UNAVAILABLE: 'person',
  FORMAT_UNSUPPORTED: 'person',
  DECODER_MISSING: 'person',
  DAMAGED: 'person',
  NOT_FOUND: 'person',
  NOT_ALLOWED: 'person',
  INVALID_INPUT: 'person',
  /** The disk with the recording may come back, and room for a spool file, too. */
  DISK_ERROR: 'retry',
  DISK_FULL: 'retry',
  DISK_DENIED: 'person',
};

/** Codes that hold for all uploads to a target, and not for one of them. */
export const ofTarget: ReadonlySet<ErrorCode> = new Set([
  'UPLOAD_UNAUTHORIZED',
  'UPLOAD_TLS',
  'UPLOAD_QUOTA',
  'SECRETS_UNAVAILABLE',
  'NOT_ALLOWED',
]);

/** Those of {@link ofTarget} that are over once it takes bytes; a full account may take little and not much. */
export const overOnceTaken: ReadonlySet<ErrorCode> = new Set([...ofTarget].filter((code) => code !== 'UPLOAD_QUOTA'));

/** What is not in the table is a bug of ours, and may be over at the next try. */
export function failureClass(error: unknown): FailureClass {
  return classes[toWireError(error).code] ?? 'retry';
}

/** How long the target asked to be left alone, ms; undefined when it did not say. */
export function retryAfterMs(error: LongtakeError): number | undefined {
  const value = error.details?.['retryAfterMs'];
  return typeof value === 'number' && value >= 0 ? value : undefined;
}
