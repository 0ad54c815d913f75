import type { Session } from '../model.ts';

/** The last part of the allowed length in which a warning is given, and the longest that part may be, ms. */
const WARNING_SHARE = 0.1;
const LONGEST_WARNING_MS = 5 * 60_000;

/** ms for which the session may still record; the time in which its client said it was paused does not count. */
export function lengthLeft(session: Session, maxMs: number, now: number): number {
  const paused = session.pausedMs + (session.beat === 'paused' ? Math.max(0, now - session.beatAt) : 0);
  return maxMs - (now - session.createdAt - paused);
}

/** When the session ends by itself; undefined as long as that is far away. */
export function endsSoonAt(session: Session, maxMs: number, now: number): number | undefined {
  const left = lengthLeft(session, maxMs, now);
  return left <= Math.min(maxMs * WARNING_SHARE, LONGEST_WARNING_MS) ? now + Math.max(0, left) : undefined;
}
