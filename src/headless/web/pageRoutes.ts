import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readPageFile, resolvePageFile } from '../../engine/platform/pageFiles.ts';
import { createMediaResponder } from '../../engine/studio/mediaResponse.ts';
import { pageDirectives, policyHeader } from '../../shared/contentPolicy.ts';
import { WEB_MEDIA_PATH } from '../../shared/contract/bridge.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { WebServerOptions } from './webServer.ts';

const PAGE_POLICY = policyHeader(pageDirectives("'self'"));
/** Files below it have names that change with what is in them. */
const ASSETS = '/assets/';

/** The page itself, audio with ranges, and downloads. Only who is logged in gets here. */
export function addPageRoutes(
  app: FastifyInstance,
  { studio, downloads, pageFolder, log }: Pick<WebServerOptions, 'studio' | 'downloads' | 'pageFolder' | 'log'>,
): void {
  const respond = createMediaResponder({
    open: (path) => studio.media.open(path),
    // Only the page itself may read it, which needs no leave to.
    pageOrigin: 'null',
    log: log.scoped('media'),
  });
  app.get(`${WEB_MEDIA_PATH}*`, async (request, reply) => {
    // The first part of the path is where the desktop's own scheme has its host.
    const address = `http://${request.url.slice(WEB_MEDIA_PATH.length)}`;
    if (!URL.canParse(address)) throw nothing();
    return sendResponse(
      reply,
      await respond(new Request(address, { method: request.method, headers: rangeOf(request) })),
    );
  });
  downloads.addRoutes(app, studio);
  app.get('/*', async (request, reply) => {
    const { pathname } = new URL(request.url, 'http://page');
    const path = resolvePageFile(pageFolder, pathname === '/' ? '/index.html' : pathname);
    const file = path === undefined ? undefined : await readPageFile(path);
    if (!file) throw nothing();
    return reply
      .type(file.mimeType)
      .header('content-security-policy', PAGE_POLICY)
      .header('cache-control', pathname.startsWith(ASSETS) ? 'private, max-age=31536000, immutable' : 'no-store')
      .send(Buffer.from(file.content));
  });
}

function rangeOf({ headers }: FastifyRequest): Record<string, string> {
  const { range, 'if-range': ifRange } = headers;
  return {
    ...(range === undefined ? {} : { range }),
    ...(ifRange === undefined ? {} : { 'if-range': String(ifRange) }),
  };
}

/** The body is read as fast as the browser takes it; when it goes away, the file is closed. */
function sendResponse(reply: FastifyReply, response: Response): FastifyReply {
  reply.code(response.status);
  for (const [name, value] of response.headers) if (!name.startsWith('access-control-')) reply.header(name, value);
  // Two names for one thing: the browser's type and Node's.
  return reply.send(response.body ? Readable.fromWeb(response.body as NodeReadableStream) : null);
}

function nothing(): LongtakeError {
  return new LongtakeError('NOT_FOUND', 'There is nothing at this address.');
}
