import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { refuse } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import { clientName } from './clientName.ts';
import { baseOf, openBody, sentenceOf } from './routes.ts';
import { sessionBody } from './sessionBody.ts';

/** A client has no more of one recording that it does not know of. */
const MOST_SESSIONS = 20;
/** In one answer. */
const MOST_CHUNKS = 2000;

const lookupSchema = z
  .object({ client_key: clientName.optional(), client_recording: clientName.optional() })
  .refine(({ client_key, client_recording }) => client_key !== undefined || client_recording !== undefined, {
    message: 'Name a client_key or a client_recording',
  });
const fromSchema = z.object({ from: z.coerce.number().int().min(1).optional() });

/** How a client that lost its memory finds what it sent. */
export function addLookupRoutes(app: FastifyInstance, context: ServerContext): void {
  const { database, sessions } = context;

  /** The newest first. */
  app.get('/upload/session', async (request, reply) => {
    const query = lookupSchema.safeParse(request.query);
    if (!query.success) return refuse(reply, 400, sentenceOf(query.error));
    const { client_key: clientKey, client_recording: clientRecording } = query.data;
    const filter = { userId: accountOf(request).id, clientKey, clientRecording, limit: MOST_SESSIONS };
    const found = await database.sessions.list(filter);
    const base = baseOf(context, request);
    const told = found.map(async (session) => ({
      ...(await sessionBody(context, session)),
      ...(session.status === 'recording' ? openBody(context, session, base) : {}),
    }));
    return reply.send({ sessions: await Promise.all(told) });
  });

  /** Those of a session that is not finished, from an index on; `next`: where the rest of them begins. */
  app.get<{ Params: { readonly id: string } }>('/upload/session/:id/chunks', async (request, reply) => {
    const session = await sessions.find(request.params.id, accountOf(request));
    if (!session) return refuse(reply, 404, 'Session not found');
    const query = fromSchema.safeParse(request.query);
    if (!query.success) return refuse(reply, 400, sentenceOf(query.error));
    const { from = 1 } = query.data;
    const chunks = (await database.sessions.chunks(session.id)).filter(({ index }) => index >= from);
    const told = chunks.slice(0, MOST_CHUNKS).map(({ index, bytes, sha256 }) => ({ index, bytes, sha256 }));
    const next = chunks[MOST_CHUNKS]?.index;
    return reply.send({ chunks: told, ...(next === undefined ? {} : { next }) });
  });
}
