import type { ServerContext } from '../context.ts';
import type { Session } from '../model.ts';
import { naiveTime, naiveTimeOrNull } from '../naiveTime.ts';
import { waitingOfSession } from '../stitch/waiting.ts';
import { endsSoonAt } from './length.ts';

export const QUOTA_EXHAUSTED = 'Per-user in-progress recording storage quota exhausted';
export const QUOTA_EXCEEDED = 'Per-user in-progress recording storage quota would be exceeded';

/** More are told once these have come. */
const MISSING_LIMIT = 1000;

/** A session as the API tells it: Speakr's fields, then this server's. */
export async function sessionBody(
  context: ServerContext,
  session: Session,
): Promise<Readonly<Record<string, unknown>>> {
  const { config, database, now } = context;
  const isOpen = session.status === 'recording';
  const endsAt = isOpen && !session.whole ? endsSoonAt(session, config.maxDurationMs, now()) : undefined;
  const waiting = await waitingOfSession(context, session);
  return {
    session_id: session.id,
    status: session.status,
    mime_type: session.mimeType,
    chunk_count: session.chunkCount,
    bytes_received: session.bytes,
    created_at: naiveTime(session.createdAt),
    last_seen_at: naiveTime(session.lastSeenAt),
    finalized_at: naiveTimeOrNull(session.finalizedAt),
    finalized_recording_id: session.recordingId ?? null,
    error_message: session.error ?? null,
    expected_chunk_index: session.expectedIndex,
    missing: isOpen || session.status === 'failed' ? await database.sessions.missing(session.id, 0, MISSING_LIMIT) : [],
    digests_known: true,
    out_of_order: session.outOfOrder,
    state: session.beat,
    title: session.title ?? null,
    source: session.source ?? null,
    started_at: session.startedAt ?? null,
    client_recording: session.clientRecording ?? null,
    content_sha256: session.contentSha256 ?? null,
    whole: session.whole,
    expires_at: naiveTime(session.lastSeenAt + config.sessionTtlMs),
    ...(waiting === undefined ? {} : { warning: waiting }),
    ...(endsAt === undefined
      ? {}
      : {
          ends_at: naiveTime(endsAt),
          warning: 'The session is nearly as long as a recording may be, and will be finalized.',
        }),
  };
}
