import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { AutomationAccess } from '../../engine/studio/automation/access.ts';
import { isOwnHost, isSameOrigin } from '../../engine/studio/automation/hosts.ts';
import { createMetrics } from '../../engine/studio/automation/metrics.ts';
import { addAutomation, automationError } from '../../engine/studio/automation/routes.ts';
import { PAGE_HEADERS } from '../../engine/platform/pageFiles.ts';
import type { Studio } from '../../engine/studio/studio.ts';
import { SOCKET_PATH } from '../../shared/contract/socket.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { VERSION } from '../../shared/version.ts';
import type { Downloads } from './downloads.ts';
import { addLoginRoutes, SESSION_COOKIE } from './loginRoutes.ts';
import { addPageRoutes } from './pageRoutes.ts';
import { SocketFace } from './socketFace.ts';
import type { WebAccess } from './webAccess.ts';
import { readTls, type WebConfig } from './webConfig.ts';

/** Nothing that comes by HTTP is larger: what is, comes over the socket. */
const MAX_BODY_BYTES = 64 * 1024;
const MOST_CONNECTIONS = 500;
/** Headers that take longer than this are an attack, ms. */
const HEADERS_MS = 15_000;
/** A renewed certificate is found within so long, ms. */
const CERTIFICATE_MS = 3_600_000;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

export interface WebServerOptions {
  readonly config: WebConfig;
  readonly access: WebAccess;
  readonly automation: AutomationAccess;
  readonly studio: Studio;
  readonly downloads: Downloads;
  /** The built page, absolute. */
  readonly pageFolder: string;
  /** Requests wait for it. */
  readonly ready: () => Promise<void>;
  readonly log: Log;
}

export interface WebServer {
  /** Begins to answer; resolves with its own address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** The studio for browsers and programs. Every request has to be for this computer, of its own page, and logged in. */
export function createWebServer(options: WebServerOptions): WebServer {
  const { config, access, studio, log } = options;
  const server = makeServer(config, log);
  const app = fastify({
    trustProxy: config.trustProxy,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: true,
    serverFactory: (handler) => {
      server.on('request', handler);
      return server;
    },
  });
  const socketFace = new SocketFace({ studio, log: log.scoped('pages') });
  app.register(cookie);
  app.register(formbody, { bodyLimit: 4096 });
  app.register(rateLimit, { global: false });
  addBorder(app, config);
  app.addHook('onRequest', options.ready);
  app.register(async (scope) => addFaces(scope, options));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, config);
    const session = app.parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE];
    if (refusal !== undefined) refuseUpgrade(socket, refusal);
    else if (!access.isSession(session)) refuseUpgrade(socket, '401 Unauthorized');
    else void options.ready().then(() => socketFace.upgrade(request, socket, head, () => access.isSession(session)));
  });
  return {
    listen: async () => {
      await app.listen({ host: config.host, port: config.port });
      return addressOf(server, config);
    },
    close: async () => {
      await socketFace.close();
      await app.close();
    },
  };
}

function makeServer({ tls }: WebConfig, log: Log): Server {
  const server = tls ? makeTlsServer(tls, log) : createServer();
  server.headersTimeout = HEADERS_MS;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** A certificate is good for weeks, and Longtake runs for months: the one that is there now is used for who comes now. */
function makeTlsServer({ certPath, keyPath }: NonNullable<WebConfig['tls']>, log: Log): Server {
  const read = () => readTls({ certPath, keyPath });
  const server = createTlsServer({ ...read(), minVersion: 'TLSv1.2' });
  const timer = setInterval(() => {
    try {
      server.setSecureContext(read());
    } catch (error) {
      log.error('The certificate cannot be read again; the one from before goes on.', {
        certPath,
        error: errorText(error),
      });
    }
  }, CERTIFICATE_MS);
  server.once('close', () => clearInterval(timer));
  return server;
}

/** For a person to open. */
function addressOf(server: Server, { host, tls }: WebConfig): string {
  const found = server.address();
  const port = typeof found === 'object' && found ? found.port : 0;
  const name = host === '0.0.0.0' || host === '::' ? hostname() : isIPv6(host) ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
}

/** What holds for every answer, and for every request before anybody looks at what it asks for. */
function addBorder(app: FastifyInstance, { names }: WebConfig): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PAGE_HEADERS);
    // Without any, a browser does not say of a form which page it is of.
    reply.header('referrer-policy', 'same-origin');
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
    if (!isOwnHost(request.host, names)) {
      throw new LongtakeError('NOT_ALLOWED', 'This computer is not known by that name. Name it with --name.');
    }
    const { origin } = request.headers;
    const isOwnPage = origin === undefined || isSameOrigin(origin, request.host, [`${request.protocol}:`]);
    if (!isOwnPage || isForeignFetch(request)) {
      throw new LongtakeError('NOT_ALLOWED', 'Another page may not ask here.');
    }
  });
}

/** A page of somebody else loads something of ours; that a person follows a link from there is fine. */
function isForeignFetch({ headers, method }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(
    SAFE_METHODS.has(method) &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

function addFaces(app: FastifyInstance, options: WebServerOptions): void {
  const { access, automation, studio, log } = options;
  app.setErrorHandler((error, _request, reply) => automationError(error, reply, log));
  app.setNotFoundHandler(() => {
    throw new LongtakeError('NOT_FOUND', 'There is nothing at this address.');
  });
  app.register(async (scope) => {
    const metrics = createMetrics(studio, VERSION);
    scope.addHook('onClose', () => metrics.end());
    addAutomation(scope, { studio, access: automation, metrics: metrics.registry, log });
  });
  app.register(async (scope) => {
    addLoginRoutes(scope, { access, log });
    scope.register(async (inside) => {
      inside.addHook('onRequest', async (request, reply) => {
        if (access.isSession(request.cookies[SESSION_COOKIE])) {
          if (!SAFE_METHODS.has(request.method) && request.headers.origin === undefined) {
            throw new LongtakeError('NOT_ALLOWED', 'Only the page of the studio may ask for this.');
          }
          return undefined;
        }
        if (request.headers['sec-fetch-mode'] === 'navigate' || request.url === '/')
          return reply.redirect('/login', 303);
        throw new LongtakeError('UNAUTHORIZED', 'Log in first.');
      });
      addPageRoutes(inside, options);
    });
  });
}

/** Why a page may not open a socket, as a status line; undefined when it may. */
function refusalOf({ url, headers }: IncomingMessage, { names, tls, trustProxy }: WebConfig): string | undefined {
  if (url !== SOCKET_PATH) return '404 Not Found';
  const forwarded = trustProxy === false ? undefined : headers['x-forwarded-host'];
  const host = typeof forwarded === 'string' ? forwarded : headers.host;
  const protocols = tls ? ['https:'] : trustProxy === false ? ['http:'] : ['http:', 'https:'];
  const isOwn = isOwnHost(host, names) && isSameOrigin(headers.origin ?? '', host, protocols);
  return isOwn ? undefined : '403 Forbidden';
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
