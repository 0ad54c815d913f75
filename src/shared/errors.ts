/**
 * Every error that a person or another program may see. `kind` tells how it is treated:
 * `expected` has its cause outside of the program, `cancelled` was asked for, `bug` is ours.
 */
export const errorCodes = {
  CANCELLED: 'cancelled',
  INTERNAL: 'bug',
  INVALID_INPUT: 'expected',
  NOT_FOUND: 'expected',
  CONFLICT: 'expected',
  NOT_ALLOWED: 'expected',
  UNAUTHORIZED: 'expected',
  TOO_MANY_REQUESTS: 'expected',
  DEVICE_NOT_FOUND: 'expected',
  DEVICE_BUSY: 'expected',
  DEVICE_LOST: 'expected',
  DEVICE_FORMAT: 'expected',
  AUDIO_SYSTEM_UNAVAILABLE: 'expected',
  STREAM_UNREACHABLE: 'expected',
  STREAM_REFUSED: 'expected',
  STREAM_NOT_FOUND: 'expected',
  STREAM_TLS: 'expected',
  STREAM_LOST: 'expected',
  STREAM_STALLED: 'expected',
  STREAM_NOT_AUDIO: 'expected',
  FORMAT_UNSUPPORTED: 'expected',
  DISK_FULL: 'expected',
  DISK_DENIED: 'expected',
  DISK_ERROR: 'expected',
  TOO_SLOW: 'expected',
  RECORDER_STOPPED: 'expected',
  DECODER_MISSING: 'expected',
  DAMAGED: 'expected',
  SECRETS_UNAVAILABLE: 'expected',
  WEBHOOK_FAILED: 'expected',
  UPLOAD_UNREACHABLE: 'expected',
  UPLOAD_LIMIT: 'expected',
  UPLOAD_UNAUTHORIZED: 'expected',
  UPLOAD_QUOTA: 'expected',
  UPLOAD_REJECTED: 'expected',
  UPLOAD_TLS: 'expected',
  UPLOAD_SESSION_GONE: 'expected',
  UPLOAD_CONFLICT: 'expected',
} as const satisfies Record<string, 'cancelled' | 'expected' | 'bug'>;

export type ErrorCode = keyof typeof errorCodes;

/** An error as it crosses a process or a wire. */
export interface WireError {
  code: ErrorCode;
  /** A sentence for a person that says what to do. */
  message: string;
  details?: Record<string, string | number | boolean> | undefined;
}
export type ErrorDetails = NonNullable<WireError['details']>;

/** An error with a code from {@link errorCodes} and a sentence for the person. */
export class LongtakeError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LongtakeError';
    this.code = code;
    this.details = options.details;
  }
}

/** All that is known of anything thrown, for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The wire form of anything thrown. What is not a {@link LongtakeError} is a bug: its text stays in the log. */
export function toWireError(error: unknown): WireError {
  if (error instanceof LongtakeError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: 'The action was cancelled.' };
  }
  return {
    code: 'INTERNAL',
    message: 'Something went wrong inside Longtake. Recording is not affected; the log has the details.',
  };
}

export function fromWireError(wire: WireError): LongtakeError {
  return new LongtakeError(wire.code, wire.message, wire.details ? { details: wire.details } : {});
}

/** The `code` of an error of Node, such as ENOSPC, or of SQLite, such as SQLITE_IOERR_WRITE. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
