import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientNetwork } from '../shared/clientNetwork.ts';
import { tooMany } from './auth/routes.ts';
import type { ServerContext } from './context.ts';

const HOUR_MS = 3_600_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests with a token are not counted (the bytes of their user are): all of them, or those that bring a digest. */
    frequent?: 'always' | 'withDigest';
    /** Requests are not counted at all: each costs little, and players and pages ask every other second. */
    uncounted?: boolean;
  }
}

/** So many requests per endpoint and address in an hour and in a day, as Speakr has it. */
export function addRateLimits(app: FastifyInstance, { config }: ServerContext): void {
  const keyGenerator = (request: FastifyRequest): string =>
    `${clientNetwork(request.ip)} ${request.method} ${request.routeOptions.url ?? ''}`;
  const limits = [
    { max: config.requestsPerHour, timeWindow: HOUR_MS },
    { max: config.requestsPerDay, timeWindow: 24 * HOUR_MS },
  ]
    .filter(({ max }) => max > 0)
    .map((limit) => app.createRateLimit({ ...limit, keyGenerator }));
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.uncounted === true || isFrequent(request)) return undefined;
    for (const limit of limits) {
      const answer = await limit(request);
      if (!answer.isAllowed && answer.isExceeded) return tooMany(reply);
    }
    return undefined;
  });
}

/** A program that uploads while it records sends a chunk every other second, and says what is in it. */
function isFrequent({ headers, hasToken, routeOptions }: FastifyRequest): boolean {
  const { frequent } = routeOptions.config;
  if (frequent === undefined || !hasToken) return false;
  return frequent === 'always' || headers['content-digest'] !== undefined;
}
