import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refuse, refuseFull } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import { BEATS, type Session } from '../model.ts';
import { naiveTime } from '../naiveTime.ts';
import { clientName } from './clientName.ts';
import { contentDigest, readContentDigest } from './contentDigest.ts';
import { endsSoonAt } from './length.ts';
import { QUOTA_EXCEEDED, QUOTA_EXHAUSTED, sessionBody } from './sessionBody.ts';
import { type TakeOutcome, WINDOW } from './sessions.ts';

const openSchema = z.looseObject({
  mime_type: z.string().max(200).nullish(),
  out_of_order: z.boolean().nullish(),
  title: z.string().max(1000).nullish(),
  source: z.string().max(1000).nullish(),
  started_at: z.string().max(100).nullish(),
  client_key: clientName.nullish(),
  client_recording: clientName.nullish(),
});
const beatSchema = z.looseObject({ state: z.enum(BEATS) });

interface SessionParams {
  readonly id: string;
}
interface ChunkParams extends SessionParams {
  readonly index: string;
}

/** What is received: PROTOCOLS' session API of Speakr, and what this server adds to it. */
export function addSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { config, database, now, sessions } = context;

  app.post('/upload/session', async (request, reply) => {
    if (!config.sessionsEnabled || !config.recordingEnabled) {
      return refuse(reply, 403, 'This server takes no recordings at present. Ask whoever runs it.', {
        code: 'disabled',
      });
    }
    const body = openSchema.safeParse(request.body ?? {});
    if (!body.success) return refuse(reply, 400, sentenceOf(body.error));
    const { mime_type, out_of_order, title, source, started_at, client_key, client_recording } = body.data;
    const mimeType = (mime_type ?? 'audio/webm').trim().toLowerCase();
    if (!config.allowedMimeTypes.includes(mimeType)) {
      return refuse(reply, 400, `Unsupported mime_type "${mimeType}"`, { allowed: config.allowedMimeTypes.toSorted() });
    }
    const outcome = await sessions.open(accountOf(request), {
      mimeType,
      outOfOrder: out_of_order === true,
      whole: false,
      title: title ?? undefined,
      source: source ?? undefined,
      startedAt: started_at ?? undefined,
      clientKey: client_key ?? undefined,
      clientRecording: client_recording ?? undefined,
    });
    if (outcome.kind === 'quota') return refuse(reply, 507, QUOTA_EXHAUSTED, { quota_bytes: config.maxBytesPerUser });
    if (outcome.kind === 'diskFull') return refuseFull(reply);
    const { session } = outcome;
    return reply.code(201).send(openBody(context, session, baseOf(context, request)));
  });

  app.get<{ Params: SessionParams }>('/upload/session/:id', async (request, reply) => {
    const session = await sessions.find(request.params.id, accountOf(request));
    return session ? reply.send(await sessionBody(context, session)) : unknown(reply);
  });

  app.get<{ Params: ChunkParams }>('/upload/session/:id/chunks/:index/digest', async (request, reply) => {
    const session = await sessions.find(request.params.id, accountOf(request));
    const index = indexOf(request.params.index);
    const chunk = session && index !== undefined ? await database.sessions.chunk(session.id, index) : undefined;
    if (!session) return unknown(reply);
    if (!chunk) return refuse(reply, 404, 'Chunk not found');
    const { sha256, bytes } = chunk;
    return reply.send({ index: chunk.index, bytes, sha256, digest: contentDigest(sha256) });
  });

  app.post<{ Params: SessionParams }>(
    '/upload/session/:id/heartbeat',
    { config: { frequent: 'always' } },
    async (request, reply) => {
      const session = await sessions.find(request.params.id, accountOf(request));
      if (!session) return unknown(reply);
      const body = beatSchema.safeParse(request.body);
      if (!body.success) return refuse(reply, 400, `state must be one of: ${BEATS.join(', ')}`);
      return (await sessions.beat(session, body.data.state)) ? reply.code(204).send() : closed(reply, session.status);
    },
  );

  app.delete<{ Params: SessionParams }>('/upload/session/:id', async (request, reply) => {
    const session = await sessions.find(request.params.id, accountOf(request));
    if (!session) return unknown(reply);
    if (await sessions.abort(session)) return reply.code(204).send();
    return refuse(
      reply,
      409,
      session.status === 'finalizing' ? 'Session is being finalized' : 'Session already finalized',
    );
  });

  app.register(async (scope) => {
    // The body is not read here: it goes to the storage as it comes, whatever the client calls it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const options = { config: { frequent: 'withDigest' as const }, bodyLimit: Number.MAX_SAFE_INTEGER };
    scope.post<{ Params: ChunkParams }>('/upload/session/:id/chunks/:index', options, async (request, reply) => {
      const session = await sessions.find(request.params.id, accountOf(request));
      const index = indexOf(request.params.index);
      if (!session || index === undefined) return unknown(reply);
      const digest = readContentDigest(request.headers['content-digest']);
      if (digest === 'malformed') {
        return refuse(reply, 400, 'Content-Digest holds no SHA-256: sha-256=:base64:', { code: 'digest_malformed' });
      }
      const outcome = await sessions.take(session, {
        index,
        sha256: digest.sha256,
        declaredBytes: declaredBytes(request),
        body: request.raw,
      });
      const endsAt = endsSoonAt(session, config.maxDurationMs, now());
      if (endsAt !== undefined) reply.header('x-recording-ends-at', naiveTime(endsAt));
      return answerChunk(context, reply, outcome, index);
    });
  });
}

function answerChunk({ config }: ServerContext, reply: FastifyReply, outcome: TakeOutcome, got: number): FastifyReply {
  switch (outcome.kind) {
    case 'stored':
    case 'repeated':
      return reply.code(204).send();
    case 'conflict':
      return refuse(reply, 409, 'A chunk with other bytes is stored under this index', {
        code: 'digest_conflict',
        got,
      });
    case 'outOfOrder':
      return refuse(reply, 409, 'Out-of-order chunk', { expected_chunk_index: outcome.expected, got });
    case 'closed':
      return closed(reply, outcome.status);
    case 'tooLong':
      return refuse(reply, 409, 'The session is as long as a recording may be; it is being finalized', {
        code: 'max_duration',
        max_duration_ms: config.maxDurationMs,
      });
    case 'empty':
      return refuse(reply, 400, 'Empty chunk body');
    case 'mismatch':
      return refuse(reply, 400, 'The bytes that came are not those of Content-Digest; send them again', {
        code: 'digest_mismatch',
        digest: contentDigest(outcome.sha256),
      });
    case 'tooLarge':
      return refuse(reply, 413, 'Chunk exceeds max_chunk_bytes', {
        max_chunk_bytes: config.maxChunkBytes,
        got: outcome.got,
      });
    case 'quota':
      return refuse(reply, 507, QUOTA_EXCEEDED, { quota_bytes: config.maxBytesPerUser });
    case 'diskFull':
      return refuseFull(reply);
  }
}

const unknown = (reply: FastifyReply): FastifyReply => refuse(reply, 404, 'Session not found');

const closed = (reply: FastifyReply, status: Session['status']): FastifyReply =>
  refuse(reply, 409, `Session is in status '${status}'; chunks are no longer accepted`, { status });

/** Undefined when it is no number; then there is no such chunk. */
function indexOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function declaredBytes({ headers }: FastifyRequest): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return headers['content-length'] === undefined ? 0 : Number(headers['content-length']);
}

/** What whoever sends to a session needs to know. */
export function openBody(
  { config, links }: ServerContext,
  session: Session,
  base: string,
): Readonly<Record<string, unknown>> {
  return {
    session_id: session.id,
    mime_type: session.mimeType,
    status: session.status,
    expires_at: naiveTime(session.lastSeenAt + config.sessionTtlMs),
    max_chunk_bytes: config.maxChunkBytes,
    max_in_flight: session.outOfOrder ? WINDOW : 1,
    live_url: links.linkTo(session.id, base),
  };
}

/** Where people reach this server. */
export function baseOf({ config }: ServerContext, request: FastifyRequest): string {
  return config.publicUrl ?? `${request.protocol}://${request.host}`;
}

export function sentenceOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  return where === '' ? 'The body must be a JSON object' : `${where}: ${issue?.message ?? 'it makes no sense'}`;
}
