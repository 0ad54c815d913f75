import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import { isEqual } from '../auth/secrets.ts';
import type { ServerContext } from '../context.ts';
import type { Delivery } from '../database/deliveryRows.ts';
import { recordingsOf } from './storageHook.ts';
import type { Teller } from './teller.ts';

const MOST_DEAD = 200;
/** Where stores send their events; the second is what they know from Meet. */
const HOOKS = ['/api/v1/recordings/storage-hook', '/api/v1.0/recordings/storage-hook/'] as const;

/** Storage events, and the messages that nobody took. */
export function addTellingRoutes(app: FastifyInstance, context: ServerContext, teller: Teller): void {
  const { config, database, now } = context;

  for (const path of HOOKS) {
    app.post(path, { config: { access: 'open' } }, async (request, reply) => {
      if (!config.storageEvents.enabled) return refuse(reply, 404, 'Storage events are switched off on this server.');
      if (!isAllowed(context, request.headers.authorization)) {
        return refuse(reply.header('www-authenticate', 'Bearer'), 401, 'The token of the storage event is wrong.');
      }
      const ids = recordingsOf(request.body, config.outputFolder);
      if (!ids) return refuse(reply, 400, 'This is no storage event.');
      return confirm(context, teller, ids, reply);
    });
  }

  app.get('/api/v1/outbox', async (request, reply) => {
    if (accountOf(request).role !== 'admin') return refuse(reply, 403, 'Only an admin sees the messages.');
    const { waiting, dead } = await database.deliveries.count();
    return { waiting, dead, dead_letters: (await database.deliveries.dead(MOST_DEAD)).map(letterBody) };
  });

  app.post<{ Params: { readonly id: string } }>('/api/v1/outbox/:id/retry', async (request, reply) => {
    if (accountOf(request).role !== 'admin') return refuse(reply, 403, 'Only an admin can send messages again.');
    if (!(await database.deliveries.revive(request.params.id, now()))) return refuse(reply, 404, 'No such message');
    teller.nudge();
    return reply.code(202).send({ id: request.params.id, status: 'waiting' });
  });
}

function isAllowed({ config }: ServerContext, header: string | undefined): boolean {
  const { demandsToken, token } = config.storageEvents;
  if (!demandsToken) return true;
  const given = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  return given !== undefined && token !== undefined && isEqual(given, token);
}

async function confirm(
  { database, now }: ServerContext,
  teller: Teller,
  ids: readonly number[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (ids.length === 0) return reply.send({ message: 'Event ignored.' });
  const recordings = await Promise.all(ids.map((id) => database.recordings.get(id)));
  if (recordings.every((recording) => recording === undefined)) return refuse(reply, 404, 'No such recording');
  const news = await Promise.all(
    recordings.map((recording) => recording && database.deliveries.confirm(recording.id, now())),
  );
  teller.nudge();
  return reply.send({ message: news.includes(true) ? 'Event processed.' : 'Event was processed before.' });
}

function letterBody({ id, kind, recordingId, createdAt, tries, problem }: Delivery) {
  return {
    id,
    kind,
    recording_id: recordingId ?? null,
    created_at: new Date(createdAt).toISOString(),
    tries,
    problem: problem ?? null,
  };
}
