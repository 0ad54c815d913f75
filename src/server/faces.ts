import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { encodeAac } from '../engine/clips/aacEncoder.ts';
import { errorText } from '../shared/errors.ts';
import type { ServerContext } from './context.ts';
import { DiskLiveStore } from './live/diskLiveStore.ts';
import { LiveHouse } from './live/liveHouse.ts';
import { addLiveRoutes } from './live/routes.ts';
import { SessionSource } from './live/sessionSource.ts';

/** What the server shows beside the API that receives: listening. */
export function addFaces(app: FastifyInstance, context: ServerContext): void {
  const house = openLiveHouse(context);
  addLiveRoutes(app, context, house);
}

function openLiveHouse({ config, log, database, storage, events, scope }: ServerContext): LiveHouse {
  const house = new LiveHouse({
    source: new SessionSource({ database, storage, events }),
    store: new DiskLiveStore(join(config.dataFolder, '_live')),
    encode: encodeAac,
    monotonic: () => performance.now(),
    log,
  });
  scope.add(() => house.dispose());
  const forget = (id: string): void => {
    house.forget(id).catch((error: unknown) => {
      log.error('Segments of a session that is gone could not be removed.', { session: id, error: errorText(error) });
    });
  };
  scope.add(
    events.on((event) => {
      if (event.type === 'sessionEnded' || event.type === 'recordingDeleted') forget(event.sessionId);
    }),
  );
  return house;
}
