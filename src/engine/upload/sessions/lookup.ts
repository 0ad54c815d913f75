import { z } from 'zod';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Found } from '../driver.ts';
import { refusal } from '../http/refusals.ts';
import { openedSchema, openedSession, remoteId, type SessionApi } from './sessionApi.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const foundSchema = z.object({
  sessions: z
    .array(
      openedSchema.extend({
        status: z.string().max(100),
        chunk_count: z.int().min(0),
        bytes_received: z.int().min(0),
        finalized_recording_id: remoteId.nullish().catch(undefined),
        content_sha256: hex.nullish().catch(undefined),
        whole: z.boolean().catch(false),
      }),
    )
    .max(1000),
});
type FoundSession = z.infer<typeof foundSchema>['sessions'][number];

const chunksSchema = z.object({
  chunks: z.array(z.object({ index: z.int().min(1), bytes: z.int().min(1), sha256: hex })).max(100_000),
  next: z.int().min(2).optional(),
});

/** The open session of a try, as long as nothing was sent to it. */
export async function openedUnder(api: SessionApi, key: string, signal: AbortSignal): Promise<string | undefined> {
  const sessions = await sessionsBy(api, 'client_key', key, signal);
  return sessions.find(({ status, chunk_count: chunks }) => status === 'recording' && chunks === 0)?.session_id;
}

/** What a Longtake server has of a recording: what is finished goes first, then the open session that has most. */
export async function findSession(api: SessionApi, name: string, signal: AbortSignal): Promise<Found | undefined> {
  const sessions = await sessionsBy(api, 'client_recording', name, signal);
  if (sessions.some(({ status }) => status === 'finalizing')) {
    throw stillWorks(api);
  }
  for (const session of sessions) {
    const { status, finalized_recording_id: recordingId, content_sha256: sha256 } = session;
    if (status !== 'finalized' || typeof recordingId !== 'string' || typeof sha256 !== 'string') continue;
    const of = session.whole ? 'file' : 'body';
    return { type: 'recording', recordingId, of, bytes: session.bytes_received, sha256: Buffer.from(sha256, 'hex') };
  }
  const [most] = sessions
    .filter(({ status, whole }) => status === 'recording' && !whole)
    .toSorted((one, other) => other.bytes_received - one.bytes_received);
  if (!most) return undefined;
  const session = { ...openedSession(most, api.client.base), digests: true };
  return { type: 'session', session, chunks: await chunksOf(api, most, signal) };
}

/** What a Longtake server has made of a whole file; UPLOAD_LIMIT while it may be making it. `sha256`: hex. */
export async function findWhole(
  api: SessionApi,
  name: string,
  sha256: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ofFile = (await sessionsBy(api, 'client_recording', name, signal)).filter(({ whole }) => whole);
  const made = ofFile.find(({ status, content_sha256 }) => status === 'finalized' && content_sha256 === sha256);
  if (typeof made?.finalized_recording_id === 'string') return made.finalized_recording_id;
  if (ofFile.some(({ status }) => status === 'finalizing')) throw stillWorks(api);
  return undefined;
}

function stillWorks({ client }: SessionApi): LongtakeError {
  return new LongtakeError('UPLOAD_LIMIT', `${client.name} still works on it.`, { details: { retryAfterMs: 2000 } });
}

/** From the first on, up to the first that is missing. */
async function chunksOf(
  api: SessionApi,
  session: FoundSession,
  signal: AbortSignal,
): Promise<readonly { readonly bytes: number; readonly sha256: Uint8Array }[]> {
  const chunks: { readonly bytes: number; readonly sha256: Uint8Array }[] = [];
  const path = `/upload/session/${encodeURIComponent(session.session_id)}/chunks`;
  for (let from: number | undefined = 1; from !== undefined;) {
    const answer = await api.ask({ method: 'GET', path: `${path}?from=${from}` }, signal);
    const page = answer.status === 200 ? chunksSchema.safeParse(answer.json) : undefined;
    if (page?.success !== true) throw refusal(answer, api.client.name);
    for (const { index, bytes, sha256 } of page.data.chunks) {
      if (index !== chunks.length + 1) return chunks;
      chunks.push({ bytes, sha256: Buffer.from(sha256, 'hex') });
    }
    const { next } = page.data;
    from = next !== undefined && next > from ? next : undefined;
  }
  return chunks;
}

async function sessionsBy(
  api: SessionApi,
  field: 'client_key' | 'client_recording',
  name: string,
  signal: AbortSignal,
): Promise<readonly FoundSession[]> {
  const path = `/upload/session?${field}=${encodeURIComponent(name)}`;
  const answer = await api.ask({ method: 'GET', path }, signal);
  const found = answer.status === 200 ? foundSchema.safeParse(answer.json) : undefined;
  if (found?.success !== true) throw refusal(answer, api.client.name);
  return found.data.sessions;
}
