import type { OpenedSession } from './driver.ts';
import type { Changes } from './rows.ts';

/** How long a target that makes a file is left alone between two questions. */
export const FOLLOW_MS = 3000;

/** What an upload is when it begins anew. */
export const afresh: Changes = {
  sessionId: undefined,
  sessionOpenedAt: undefined,
  finishing: false,
  asked: false,
  remoteId: undefined,
  liveLink: undefined,
  safeBytes: 0,
};
export const solved: Changes = { problem: undefined, nextTryAt: undefined };

/** What an upload is once the target makes a recording of it. */
export const ACCEPTED: Changes = { problem: undefined, asked: false, openKey: undefined, lost: 0, behindMs: 0 };

/** What is kept of a session; `at`: ms since 1970 UTC. */
export function sessionChanges(session: OpenedSession, at: number): Changes {
  return {
    sessionId: session.sessionId,
    sessionOpenedAt: at,
    openKey: undefined,
    maxChunkBytes: session.maxChunkBytes,
    maxInFlight: session.maxInFlight,
    digests: session.digests,
    liveLink: session.liveLink,
  };
}
