import { decorrelatedJitterGenerator, ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { ErrorCode, LongtakeError } from '../../shared/errors.ts';
import type { RetryPolicy } from './protocol.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** What a person must change is tried again rarely, in case somebody did. */
const FAILED_RETRY_MS = 60_000;
/** A card that is plugged in again is to record within seconds, and to look for it costs little. */
const LONGEST_DEVICE_RETRY_MS = 5000;

const ofDevices: ReadonlySet<ErrorCode> = new Set(['DEVICE_LOST', 'DEVICE_NOT_FOUND', 'DEVICE_BUSY']);

export const needsPerson: ReadonlySet<ErrorCode> = new Set([
  'DEVICE_FORMAT',
  'AUDIO_SYSTEM_UNAVAILABLE',
  'STREAM_REFUSED',
  'STREAM_TLS',
  'FORMAT_UNSUPPORTED',
  'DISK_DENIED',
  'INVALID_INPUT',
  'INTERNAL',
]);

/** Audio came, and it is this computer that could not keep it: that is no failure of the input in a row. */
export const inputIsThere: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DISK_DENIED', 'DISK_ERROR', 'TOO_SLOW']);

export type Backoff = IBackoff<unknown>;

/** Until the next try, ms; undefined when it is not tried again. `attempt`: failures in a row before this one. */
export function retryDelayMs(
  problem: LongtakeError,
  backoff: Backoff,
  retry: RetryPolicy | undefined,
  attempt: number,
): number | undefined {
  if (retry) {
    const goesOn = inputIsThere.has(problem.code) || attempt + 1 < retry.maxTries;
    return goesOn ? retry.delaySeconds * 1000 : undefined;
  }
  if (needsPerson.has(problem.code)) return FAILED_RETRY_MS;
  return ofDevices.has(problem.code) ? Math.min(backoff.duration, LONGEST_DEVICE_RETRY_MS) : backoff.duration;
}

export function nextBackoff(backoff: Backoff | undefined): Backoff {
  if (backoff) return backoff.next(undefined);
  return new ExponentialBackoff({
    generator: decorrelatedJitterGenerator,
    initialDelay: FIRST_RETRY_MS,
    maxDelay: LONGEST_RETRY_MS,
  }).next();
}
