import type { Clock } from '../../shared/ports/clock.ts';
import { type Millis, millis } from '../../shared/units.ts';

const DAY_MS = 86_400_000;

/**
 * The first boundary after `at` (exclusive): the next instant at which local time since midnight is a multiple of
 * `splitSeconds`. Midnight is always one, so a split that does not divide a day starts afresh each day. Where a
 * clock change moves local time, the new local time counts, and no boundary is left out or comes twice.
 */
export function nextBoundary(clock: Clock, at: Millis, splitSeconds: number): Millis {
  const splitMs = splitSeconds * 1000;
  const offsets = new Set([at, at + splitMs, at + DAY_MS].map((instant) => clock.offsetMinutes(millis(instant))));
  const candidates = [...offsets].flatMap((offset) => boundaryAtOffset(clock, at, splitMs, offset));
  // A candidate is missing only if every offset ends before its boundary; the plain distance is then as good.
  return millis(candidates.length > 0 ? Math.min(...candidates) : at + splitMs);
}

/** The first instant after `at` that is a boundary in local time of `offset`, while that offset is in force. */
function boundaryAtOffset(clock: Clock, at: number, splitMs: number, offset: number): number[] {
  const shift = offset * 60_000;
  const limit = at + DAY_MS + splitMs;
  let local = at + shift;
  while (local - shift <= limit) {
    const midnight = Math.floor(local / DAY_MS) * DAY_MS;
    local = Math.min(midnight + (Math.floor((local - midnight) / splitMs) + 1) * splitMs, midnight + DAY_MS);
    if (clock.offsetMinutes(millis(local - shift)) === offset) return [local - shift];
  }
  return [];
}
