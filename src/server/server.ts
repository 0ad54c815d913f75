import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { errorText } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';
import { Scope } from '../shared/scope.ts';
import { VERSION } from '../shared/version.ts';
import { htmlPage, refuse, refuseFull } from './answers.ts';
import { Auth } from './auth/auth.ts';
import { addGate, addIdentity } from './auth/gate.ts';
import { addAuthRoutes } from './auth/routes.ts';
import { startCleanup } from './cleanup.ts';
import type { ServerConfig } from './config/config.ts';
import type { ServerContext } from './context.ts';
import type { Database } from './database/database.ts';
import { openSqlite } from './database/sqlite.ts';
import { ServerEvents } from './events.ts';
import { addFaces } from './faces.ts';
import { LiveLinks } from './live/liveLinks.ts';
import { addRateLimits } from './rateLimits.ts';
import { reconcile } from './reconcile.ts';
import { addRecordingRoutes } from './recordings/routes.ts';
import { addUploadRoute } from './recordings/uploadRoute.ts';
import { addFinalizeRoute } from './sessions/finalizeRoute.ts';
import { addLookupRoutes } from './sessions/lookup.ts';
import { addSessionRoutes } from './sessions/routes.ts';
import { sharedRates } from './sharedRates.ts';
import { isDiskFull, Sessions } from './sessions/sessions.ts';
import { cutSlowSenders } from './slowSenders.ts';
import { DiskStorage } from './storage/diskStorage.ts';
import type { Storage } from './storage/storage.ts';
import { StitchWorkers } from './stitch/worker.ts';
import { Users } from './users.ts';

/** JSON and forms; audio is never held in memory. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A connection on which nothing moves for so long is ended, ms. */
const IDLE_MS = 75_000;
/** More open sessions than this are not told one by one at the start. */
const TOLD_SESSIONS = 50;
/** What is under way when the server is told to end may take so long, ms. */
const CLOSE_MS = 5000;
/** Headers that take longer than this are an attack, ms. */
const HEADERS_MS = 30_000;

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly log: Log;
  /** ms since 1970 UTC. */
  readonly now?: () => number;
  /** What stands between the server and its own storage and database; tests break them there. */
  readonly around?: Partial<Around>;
}

export interface Around {
  storage(own: Storage): Storage;
  database(own: Database): Database;
}

export interface SessionServer {
  readonly context: ServerContext;
  readonly users: Users;
  /** When nobody can log in yet: makes the first admin, and returns the token that lets them in. */
  makeFirstAdmin(): Promise<string | undefined>;
  /** Begins to answer; returns its own address. */
  listen(): Promise<string>;
  /** Ends what is under way in order, and everything else. */
  close(): Promise<void>;
}

/** The session server, ready to listen. @throws CONFLICT for a database of a newer Longtake */
export async function createSessionServer({
  config,
  log,
  now = Date.now,
  around = {},
}: ServerOptions): Promise<SessionServer> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const scope = new Scope();
  const ownDatabase = openSqlite(join(config.dataFolder, 'server.db'), log);
  scope.add(() => ownDatabase.close());
  const database = around.database?.(ownDatabase) ?? ownDatabase;
  const ownStorage = await storageFor(config);
  scope.add(() => ownStorage.close());
  const storage = around.storage?.(ownStorage) ?? ownStorage;
  const events = new ServerEvents(log);
  const auth = await Auth.create(database, now);
  const sessions = new Sessions({ config, database, storage, events, now });
  const links = await LiveLinks.create(database, { config, now });
  const context: ServerContext = { config, log, now, database, storage, events, auth, sessions, links, scope };
  const app = createApp(context);
  const users = new Users(database, config.dataFolder, now);
  await users.restore(log);
  return {
    context,
    users,
    makeFirstAdmin: async () => {
      if ((await users.list()).some(({ role }) => role === 'admin')) return undefined;
      return users.addToken(await users.add(config.adminEmail, 'admin'), 'first');
    },
    listen: async () => {
      const reconciled = await reconcile(context, users);
      if (Object.values(reconciled).some((count) => count > 0)) {
        log.warn('The database was made to agree with the storage.', { ...reconciled });
      }
      await startCleanup(context);
      await tellOpenSessions(context);
      await new StitchWorkers(context).start();
      return app.listen({ host: config.host, port: config.port });
    },
    close: async () => {
      await closeInTime(app);
      await scope.dispose();
    },
  };
}

/** What was open when the server ended: its clients go on by themselves, or somebody finishes or discards it. */
async function tellOpenSessions({ database, log }: ServerContext): Promise<void> {
  const open = await database.sessions.list({ statuses: ['recording', 'failed'], limit: TOLD_SESSIONS });
  for (const { id, status, title, source, chunkCount, bytes } of open.filter((session) => session.chunkCount > 0)) {
    log.info('A session can be recovered.', { session: id, status, title, source, chunks: chunkCount, bytes });
  }
}

/** Requests that are under way may end, but not for ever. */
async function closeInTime(app: FastifyInstance): Promise<void> {
  // A connection becomes idle when its request ends, which may be after the server began to close.
  const idle = setInterval(() => app.server.closeIdleConnections(), 100);
  const late = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

/** The AWS SDK is only loaded when it is used. */
async function storageFor({ storage, dataFolder }: ServerConfig): Promise<Storage> {
  if (storage.kind === 'disk') return new DiskStorage(dataFolder);
  const { S3Storage } = await import('./storage/s3Storage.ts');
  const spool = join(dataFolder, 'spool');
  // Left by a process that was killed: nobody was told that it is stored.
  await rm(spool, { recursive: true, force: true });
  return new S3Storage(storage, spool);
}

function createApp(context: ServerContext): FastifyInstance {
  const { config, log } = context;
  const app = fastify({
    trustProxy: config.trustProxy,
    bodyLimit: MAX_BODY_BYTES,
    connectionTimeout: IDLE_MS,
    http: { headersTimeout: HEADERS_MS },
    routerOptions: { maxParamLength: 200 },
    // Requests that are under way may end; idle connections need not.
    forceCloseConnections: 'idle',
  });
  context.scope.add(cutSlowSenders(app.server, config.slowSenderMs));
  addJson(app);
  app.register(cookie);
  app.register(formbody, { bodyLimit: 64 * 1024 });
  app.register(rateLimit, { global: false, store: sharedRates(context.database.rates, context.now) });
  app.register(async (scope) => {
    addIdentity(scope, context);
    addRateLimits(scope, context);
    addGate(scope, context);
    addErrors(scope, log);
    scope.get('/api/v1/server', { config: { access: 'open' } }, () => ({
      name: 'longtake-server',
      version: VERSION,
      features: ['digest', 'out_of_order', 'heartbeat', 'live', 'missing', 'whole', 'client_names'],
    }));
    addAuthRoutes(scope, context);
    addSessionRoutes(scope, context);
    addLookupRoutes(scope, context);
    addFinalizeRoute(scope, context);
    addRecordingRoutes(scope, context);
    addUploadRoute(scope, context);
    addFaces(scope, context);
  });
  return app;
}

/** A request without a body is one, whatever it says its body is: clients name JSON in all of them. */
function addJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body, done);
  });
}

/** What nobody expected is in the log; who asked gets a sentence. */
function addErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => htmlPage(reply, 404, 'Not Found', 'There is nothing at this address.'));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(reply, status, error.message);
    if (isDiskFull(error)) return refuseFull(reply);
    // A client that went away in the middle gets no answer, and is no error of ours.
    if (!request.raw.destroyed || request.raw.complete) {
      log.error('A request failed.', { method: request.method, url: request.url, error: errorText(error) });
    }
    return refuse(reply, 500, 'The server could not do this; its log has the reason. Try again.');
  });
}

/** The users of a server that runs or does not. @throws CONFLICT for a database of a newer Longtake */
export async function openUsers(
  config: ServerConfig,
  log: Log,
): Promise<{ readonly users: Users; readonly close: () => Promise<void> }> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const database = openSqlite(join(config.dataFolder, 'server.db'), log);
  const users = new Users(database, config.dataFolder, Date.now);
  await users.restore(log);
  return { users, close: () => database.close() };
}
