import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { encodeAac } from '../engine/clips/aacEncoder.ts';
import { errorText } from '../shared/errors.ts';
import type { ServerContext } from './context.ts';
import { HealthCheck } from './health/health.ts';
import { createMetrics } from './health/metrics.ts';
import { addHealthRoutes } from './health/routes.ts';
import { DiskLiveStore } from './live/diskLiveStore.ts';
import { LiveHouse } from './live/liveHouse.ts';
import { addLiveRoutes } from './live/routes.ts';
import { SessionSource } from './live/sessionSource.ts';
import { addPageRoutes } from './page/routes.ts';
import { type Mail, sendMail } from './telling/mail.ts';
import { NotTakenError } from './telling/problem.ts';
import { addTellingRoutes } from './telling/routes.ts';
import { Teller } from './telling/teller.ts';
import { postWebhook } from './telling/webhook.ts';

/** What the server shows and tells beside the API that receives. */
export function addFaces(app: FastifyInstance, context: ServerContext): void {
  const house = openLiveHouse(app, context);
  addLiveRoutes(app, context, house);
  const health = new HealthCheck(context);
  addHealthRoutes(app, context, { health, metrics: createMetrics(app, context, { house, health }) });
  addPageRoutes(app, context);
  addTellingRoutes(app, context, openTeller(app, context));
}

function openTeller(app: FastifyInstance, context: ServerContext): Teller {
  const { config, database, events, log, now, scope } = context;
  const { webhook, mail } = config.face;
  // Links go on leading here while it closes, when it listens to nothing.
  let origin = '';
  const teller = new Teller({
    config,
    database,
    log,
    now,
    base: () => config.publicUrl ?? origin,
    send: async ({ id, kind, body }, signal) => {
      if (kind === 'webhook' && webhook) return postWebhook(webhook, { id, body }, { now: now(), signal });
      if (kind === 'email' && mail) return sendMail(mail, JSON.parse(body) as Mail, id);
      throw new NotTakenError('The server has no longer an address for it.', { isFinal: true });
    },
  });
  scope.add(() => teller.dispose());
  scope.add(
    events.on(({ type }) => {
      // Before it listens it has no address to link to; then all is told.
      if (origin !== '' && type !== 'chunkStored' && type !== 'beat') teller.nudge();
    }),
  );
  app.addHook('onListen', () => {
    origin = app.listeningOrigin;
    teller.nudge();
  });
  return teller;
}

function openLiveHouse(app: FastifyInstance, context: ServerContext): LiveHouse {
  const { config, log, database, storage, events, scope } = context;
  const house = new LiveHouse({
    source: new SessionSource({ database, storage, events }),
    store: new DiskLiveStore(join(config.dataFolder, '_live')),
    encode: encodeAac,
    monotonic: () => performance.now(),
    hasRoom: async () => {
      const { bavail, bsize } = await statfs(config.dataFolder);
      return bavail * bsize >= config.face.minFreeBytes;
    },
    log,
  });
  scope.add(() => house.dispose());
  // Whoever waits for a segment would hold up the end.
  app.addHook('preClose', () => house.dispose());
  const report = (error: unknown): void => log.error('Segments could not be removed.', { error: errorText(error) });
  app.addHook('onListen', () => void house.adopt().catch(report));
  scope.add(
    events.on((event) => {
      if (event.type === 'sessionEnded' || event.type === 'recordingDeleted')
        house.forget(event.sessionId).catch(report);
    }),
  );
  return house;
}
