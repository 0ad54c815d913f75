import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { ServerContext } from '../context.ts';
import type { LiveHouse } from '../live/liveHouse.ts';
import { SESSION_STATUSES } from '../model.ts';
import { CHECKS, type HealthCheck } from './health.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);
/** Upper bounds, s: an answer from memory, from disk, a chunk over a slow line. */
const DURATIONS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/** Counts what the server does, for Prometheus. Labels have values from short lists alone. */
export function createMetrics(
  app: FastifyInstance,
  { database, storage, events, scope }: ServerContext,
  { house, health }: { readonly house: LiveHouse; readonly health: HealthCheck },
): Registry {
  const registry = new Registry();
  const registers = [registry];
  const chunks = new Counter({ name: 'longtake_chunks_total', help: 'Chunks that were stored.', registers });
  const bytes = new Counter({ name: 'longtake_chunk_bytes_total', help: 'Bytes of these chunks.', registers });
  scope.add(
    events.on((event) => {
      if (event.type !== 'chunkStored') return;
      chunks.inc();
      bytes.inc(event.bytes);
    }),
  );
  addDurations(app, registry);
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const made: Gauge = new Gauge({ name, help, registers, collect: async () => made.set(await read()) });
  };
  const sessions: Gauge<'status'> = new Gauge({
    name: 'longtake_sessions',
    help: 'Sessions by state.',
    labelNames: ['status'],
    registers,
    collect: async () => {
      const counts = await database.counts.sessions();
      for (const status of SESSION_STATUSES) sessions.set({ status }, counts[status]);
    },
  });
  const outbox: Gauge<'state'> = new Gauge({
    name: 'longtake_outbox_messages',
    help: 'Webhooks and mails that were not taken yet, or never will be.',
    labelNames: ['state'],
    registers,
    collect: async () => {
      const { waiting, dead } = await database.deliveries.count();
      outbox.set({ state: 'waiting' }, waiting);
      outbox.set({ state: 'dead' }, dead);
    },
  });
  const healthy: Gauge<'check'> = new Gauge({
    name: 'longtake_healthy',
    help: '1: well, 0: not; as /health says.',
    labelNames: ['check'],
    registers,
    collect: async () => {
      const { checks } = await health.look();
      for (const check of CHECKS) healthy.set({ check }, checks[check].ok ? 1 : 0);
    },
  });
  const free = async (): Promise<number> => (await storage.freeBytes()) ?? Number.POSITIVE_INFINITY;
  gauge('longtake_storage_free_bytes', 'Bytes that still fit into the storage.', free);
  gauge('longtake_live_encoders', 'Encoders that run for listeners.', () => house.encoders);
  gauge('longtake_live_sessions', 'Sessions whose segments are being made for listeners.', () => house.makers);
  gauge('process_resident_memory_bytes', 'Memory of the server.', () => process.memoryUsage.rss());
  const started = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'When the server began, s since 1970 UTC.', () => started);
  return registry;
}

function addDurations(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'longtake_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATIONS,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const method = METHODS.has(request.method) ? request.method : 'other';
    // The route as it is written in the program; what nobody serves is one.
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    durations.observe({ method, route, status }, reply.elapsedTime / 1000);
  });
}
