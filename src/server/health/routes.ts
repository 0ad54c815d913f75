import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { refuse } from '../answers.ts';
import { isEqual } from '../auth/secrets.ts';
import type { ServerContext } from '../context.ts';
import type { HealthCheck } from './health.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What a proxy adds: who is behind one is not on this computer. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const open = { access: 'open', uncounted: true } as const;

/** For who watches the server: whether it is well, and its figures. */
export function addHealthRoutes(
  app: FastifyInstance,
  { config }: ServerContext,
  { health, metrics }: { readonly health: HealthCheck; readonly metrics: Registry },
): void {
  app.get('/health', { config: open }, async (_request, reply) => {
    const { ok, checks } = await health.look();
    reply.header('cache-control', 'no-store').code(ok ? 200 : 503);
    return { status: ok ? 'ok' : 'red', checks };
  });

  app.get('/metrics', { config: open }, async (request, reply) => {
    if (!mayRead(request, config.face.metricsToken)) {
      return refuse(reply, 403, 'Ask from the computer of the server, or with LONGTAKE_SERVER_METRICS_TOKEN.');
    }
    return reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.metrics());
  });
}

function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  const given = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && given !== undefined && isEqual(given, token)) return true;
  const isForwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
  return !isForwarded && LOOPBACK.has(request.socket.remoteAddress ?? '');
}
