import type { Limits } from './driver.ts';

/** Of a limit of requests so much is used; the rest is for what is sent again. */
const USABLE = 0.9;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** How many chunk requests went to a target. */
export interface RequestCounts {
  readonly hour: number;
  readonly day: number;
}

/**
 * Length of a chunk of an open recording, s, so that `sources` of them together stay below the target's limits for an
 * hour and for a day. The day's share is only stretched as it is used up, so that an hour of recording has short ones.
 */
export function chunkSeconds(wanted: number | undefined, limits: Limits, sources: number, used: RequestCounts): number {
  const { requestsPerHour, requestsPerDay, minChunkSeconds } = limits;
  let seconds = Math.max(wanted ?? limits.chunkSeconds, minChunkSeconds);
  const count = Math.max(1, sources);
  if (requestsPerHour !== undefined) seconds = Math.max(seconds, (count * HOUR_SECONDS) / (requestsPerHour * USABLE));
  if (requestsPerDay !== undefined) {
    const spent = used.day / (requestsPerDay * USABLE);
    seconds = Math.max(seconds, ((count * DAY_SECONDS) / (requestsPerDay * USABLE)) * 4 * spent ** 3);
  }
  return seconds;
}

/** The target's limits leave no room for another chunk now. */
export function isSpent(limits: Limits, used: RequestCounts): boolean {
  const { requestsPerHour = Infinity, requestsPerDay = Infinity } = limits;
  return used.hour >= requestsPerHour * 0.95 || used.day >= requestsPerDay * 0.95;
}
