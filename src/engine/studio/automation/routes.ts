import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { clientNetwork } from '../../../shared/clientNetwork.ts';
import { checkInput } from '../../../shared/contract/checkInput.ts';
import type { Source } from '../../../shared/contract/requests.ts';
import { type ErrorCode, errorText, LongtakeError, toWireError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { sourceId } from '../../../shared/units.ts';
import type { Studio } from '../studio.ts';
import type { AutomationAccess } from './access.ts';
import { healthOf } from './health.ts';

/** A program with a wrong token may try so often in a minute. */
const WRONG_TOKENS = 20;
const MINUTE_MS = 60_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What a proxy adds: who is behind one is not on this computer. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

export interface AutomationParts {
  readonly studio: Pick<Studio, 'handlers'>;
  readonly access: AutomationAccess;
  readonly metrics: Registry;
  readonly log: Log;
}

const sourceNames = z.strictObject({ sources: z.array(z.string().min(1).max(200)).min(1).max(1000).optional() });
const markBody = z.strictObject({
  label: z.string().trim().min(1).max(200).optional(),
  /** ms since 1970 UTC. */
  at: z.number().min(0).max(253_402_300_799_999).optional(),
  source: z.string().min(1).max(200).optional(),
});

/**
 * For programs: `/api/v1/…` with a bearer token, `/metrics` and `/health`. The rate limit's plugin must be there.
 * Errors are `{"error": {"code", "message", "details"}}`.
 */
export function addAutomation(app: FastifyInstance, parts: AutomationParts): void {
  const { studio, metrics } = parts;
  const { handlers } = studio;
  const guard = createGuard(app, parts);

  app.get('/health', async (request, reply) => {
    const health = healthOf(await handlers['sources.list']({}));
    reply.header('cache-control', 'no-store').code(health.ok ? 200 : 503);
    const status = health.ok ? 'ok' : 'red';
    // Names and addresses are nobody's business but of those who may ask.
    return isHere(request) || (await guard.hasToken(request)) ? { status, sources: health.sources } : { status };
  });

  app.get('/metrics', async (request, reply) => {
    if (!isHere(request)) await guard.demandToken(request);
    return reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.metrics());
  });

  app.register(async (api) => {
    api.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      await guard.demandToken(request);
    });

    api.get('/api/v1/status', async () => {
      const [info, sources, alarms, storage, hooks] = await Promise.all([
        handlers['app.info']({}),
        handlers['sources.list']({}),
        handlers['alarms.active']({}),
        handlers['storage.get']({}),
        handlers['hooks.status']({}),
      ]);
      return {
        version: info.version,
        healthy: healthOf(sources).ok,
        sources: sources.map(viewOf),
        alarms,
        storage,
        hooks,
      };
    });
    api.post('/api/v1/start', async (request) => {
      const chosen = await chosenSources(studio, request.body);
      await handlers['sources.arm'](chosen.ids ? { ids: chosen.ids } : {});
      return chosen.view();
    });
    api.post('/api/v1/stop', async (request) => {
      const chosen = await chosenSources(studio, request.body);
      await handlers['sources.disarm'](chosen.ids ? { ids: chosen.ids } : {});
      return chosen.view();
    });
    api.post('/api/v1/split', async (request) => {
      const chosen = await chosenSources(studio, request.body);
      await handlers['sources.split'](chosen.ids ? { ids: chosen.ids } : {});
      return chosen.view();
    });
    api.post('/api/v1/mark', async (request) => {
      const arrived = Date.now();
      const { label = 'Marker', at = arrived, source } = checkInput(markBody, request.body ?? {});
      const [of] = source === undefined ? [] : idsOf(await handlers['sources.list']({}), [source]);
      const marker = await handlers['markers.add']({ at, label, ...(of === undefined ? {} : { sourceId: of }) });
      return { marker };
    });
    // Who has a token is not told to log in.
    api.all('/api/*', () => {
      throw new LongtakeError('NOT_FOUND', 'There is nothing at this address.');
    });
  });
}

/** Answers what goes wrong, in JSON; what nobody expected goes to the log. */
export function automationError(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const status = statusOf(error);
  if (error instanceof LongtakeError || status >= 500) {
    const wire = toWireError(error);
    if (wire.code === 'INTERNAL') log.error('A request failed.', { error: errorText(error) });
    return reply.code(status).send({ error: wire });
  }
  // Fastify's own: a body that is too large, or no JSON.
  const message = error instanceof Error ? error.message : 'The request is not valid.';
  return reply.code(status).send({ error: { code: 'INVALID_INPUT', message } });
}

const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_INPUT: 400,
  UNAUTHORIZED: 401,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
};

function statusOf(error: unknown): number {
  if (error instanceof LongtakeError) return STATUSES[error.code] ?? 422;
  const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof given === 'number' && given >= 400 && given < 500 ? given : 500;
}

function createGuard(app: FastifyInstance, { access }: AutomationParts) {
  const keyGenerator = ({ ip }: FastifyRequest): string => clientNetwork(ip);
  const wrongTokens = app.createRateLimit({ max: WRONG_TOKENS, timeWindow: MINUTE_MS, keyGenerator });
  const hasToken = async ({ headers }: FastifyRequest): Promise<boolean> => {
    const given = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
    return given !== undefined && access.isToken(given);
  };
  return {
    hasToken,
    demandToken: async (request: FastifyRequest): Promise<void> => {
      if (await hasToken(request)) return;
      const limit = await wrongTokens(request);
      if (!limit.isAllowed && limit.isExceeded) {
        throw new LongtakeError('TOO_MANY_REQUESTS', 'Too many wrong tokens came from your address. Wait a minute.');
      }
      throw new LongtakeError('UNAUTHORIZED', 'Send the API token as Authorization: Bearer <token>.');
    },
  };
}

/** Whether a program on this computer asks. */
function isHere(request: FastifyRequest): boolean {
  const isForwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
  return !isForwarded && LOOPBACK.has(request.socket.remoteAddress ?? '');
}

async function chosenSources({ handlers }: Pick<Studio, 'handlers'>, body: unknown) {
  const { sources } = checkInput(sourceNames, body ?? {});
  const ids = sources && idsOf(await handlers['sources.list']({}), sources);
  return {
    ids,
    view: async () => {
      const all = await handlers['sources.list']({});
      return { sources: all.filter(({ config }) => ids?.includes(config.id) ?? true).map(viewOf) };
    },
  };
}

/** By id or by name, which may be of several. */
function idsOf(all: readonly Source[], wanted: readonly string[]) {
  return wanted.flatMap((text) => {
    const found = all.filter(({ config }) => config.id === text.toLowerCase() || config.name === text);
    if (found.length === 0) throw new LongtakeError('NOT_FOUND', `There is no source with the name or id ${text}.`);
    return found.map(({ config }) => sourceId(config.id));
  });
}

function viewOf({ config: { id, name, kind }, status }: Source) {
  const { state, since, recording, problem, title } = status;
  return { id, name, kind, armed: state !== 'disarmed', state, since, recording, problem, title };
}
