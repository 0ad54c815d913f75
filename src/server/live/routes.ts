import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LongtakeError } from '../../shared/errors.ts';
import { htmlPage, refuse } from '../answers.ts';
import { toLogin } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import { listenPage } from '../page/listenPage.ts';
import { isSessionId } from '../storage/keys.ts';
import type { LiveHouse } from './liveHouse.ts';
import { liveQuery } from './liveLinks.ts';

const PLAYLIST = 'application/vnd.apple.mpegurl';
const MEDIA: Readonly<Record<string, string>> = { m4s: 'audio/mp4', mp4: 'audio/mp4', mp3: 'audio/mpeg' };
/** s after which a player asks again for what could not be made at once. */
const RETRY_SECONDS = '5';

interface LiveParams {
  readonly id: string;
  readonly file: string;
}

/** A listener asks for something every other second, and is let in by account or link. */
const config = { access: 'open', uncounted: true } as const;

/** Live listening: a playlist and its segments, for whoever may see the session or has a link to it. */
export function addLiveRoutes(app: FastifyInstance, context: ServerContext, house: LiveHouse): void {
  app.get<{ Params: LiveParams }>('/live/:id/:file', { config }, async (request, reply) => {
    const { id, file } = request.params;
    const refused = await refusal(context, request, reply);
    if (refused) return refused;
    if (file === 'index.m3u8') {
      // A browser would offer the playlist as a download; who opens the link there wants to hear it.
      reply.header('vary', 'accept');
      if (request.headers.accept?.includes('text/html') === true) return sendListenPage(context, request, reply);
      return sendPlaylist(house, id, queryOf(request), reply);
    }
    const bytes = await house.file(id, file);
    if (!bytes) return refuse(reply, 404, 'There is no such segment.');
    const type = MEDIA[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return reply.type(type).header('cache-control', 'private, max-age=3600').send(bytes);
  });
}

async function sendListenPage(
  { database }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { id } = request.params as LiveParams;
  const session = await database.sessions.get(id);
  if (!session || session.status === 'aborted' || session.status === 'expired') {
    return htmlPage(reply, 404, 'Not Found', 'There is nothing to hear at this address any more.');
  }
  const name = session.title ?? session.source ?? 'Untitled session';
  return listenPage(reply, name, `/live/${id}/index.m3u8${queryOf(request)}`);
}

async function sendPlaylist(house: LiveHouse, id: string, query: string, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    const playlist = await house.playlist(id, query);
    return playlist === undefined ? refuse(reply, 404, 'Session not found') : reply.type(PLAYLIST).send(playlist);
  } catch (error) {
    if (!(error instanceof LongtakeError)) throw error;
    return refuse(reply.header('retry-after', RETRY_SECONDS), 503, error.message, { code: error.code.toLowerCase() });
  }
}

/** Undefined: who asks may listen. */
async function refusal(
  { sessions, links }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { id } = request.params as LiveParams;
  if (!isSessionId(id)) return refuse(reply, 404, 'Session not found');
  const query = liveQuery(request);
  if (query) {
    // The address alone lets in, so that players of other sites may read the answer.
    if (links.admits(id, query)) return void reply.header('access-control-allow-origin', '*');
    if (!request.account) {
      return htmlPage(reply, 403, 'Forbidden', 'This link has expired, or is not whole. Ask for a new one.');
    }
  }
  if (!request.account) return toLogin(reply);
  return (await sessions.find(id, request.account)) ? undefined : refuse(reply, 404, 'Session not found');
}

/** What a player needs to get in has to be on every address of the playlist. */
function queryOf(request: FastifyRequest): string {
  const query = liveQuery(request);
  return query
    ? `?expires=${encodeURIComponent(query.expires ?? '')}&signature=${encodeURIComponent(query.signature ?? '')}`
    : '';
}
