import type { Log } from '../../shared/ports/log.ts';
import { LongtakeError, errnoOf } from '../../shared/errors.ts';
import type { MediaBody } from '../clips/mediaBody.ts';
import { parseRange } from './range.ts';

export interface MediaOptions {
  /** What is at an address, such as `recording/<id>`; fails with NOT_FOUND, CONFLICT or DAMAGED. */
  readonly open: (path: string) => Promise<MediaBody>;
  /** The one page that may read the answers. */
  readonly pageOrigin: string;
  readonly log: Log;
}

/**
 * Answers requests for audio: by id, never by path; whole bodies and single ranges. What stands before the path is the
 * transport's own, so that this serves a scheme of the desktop and HTTP alike.
 */
export function createMediaResponder(options: MediaOptions): (request: Request) => Promise<Response> {
  const respond = async (request: Request): Promise<Response> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    }
    const { host, pathname } = new URL(request.url);
    return bodyResponse(request, await options.open(`${host}${pathname}`));
  };
  return async (request) => {
    const response = await respond(request).catch((error: unknown) => failure(error, options.log));
    response.headers.set('Access-Control-Allow-Origin', options.pageOrigin);
    response.headers.set('Access-Control-Expose-Headers', 'Accept-Ranges, Content-Length, Content-Range');
    response.headers.set('Cache-Control', 'no-store');
    response.headers.set('X-Content-Type-Options', 'nosniff');
    return response;
  };
}

function bodyResponse(request: Request, media: MediaBody): Response {
  const { size, mimeType } = media;
  // These answers carry no validator, so that a conditional range is never known to be the same file (RFC 9110 13.1.5).
  const header = request.headers.has('if-range') ? null : request.headers.get('range');
  const range = parseRange(request.method === 'GET' ? header : null, size);
  if (range.kind === 'unsatisfiable') {
    return new Response(null, {
      status: 416,
      headers: { 'Accept-Ranges': 'bytes', 'Content-Range': `bytes */${size}` },
    });
  }
  const { first, last } = range.kind === 'part' ? range : { first: 0, last: size - 1 };
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Content-Length': String(last - first + 1),
    'Content-Type': mimeType,
  });
  if (range.kind === 'part') headers.set('Content-Range', `bytes ${first}-${last}/${size}`);
  const body = request.method === 'HEAD' || size === 0 ? null : streamOf(media, first, last);
  return new Response(body, { status: range.kind === 'part' ? 206 : 200, headers });
}

/** Bytes `first` to `last`, read as they are asked for; what is open for them is closed at the end, however it comes. */
function streamOf(media: MediaBody, first: number, last: number): ReadableStream<Uint8Array> {
  const iterator = media.bytes(first, last)[Symbol.asyncIterator]();
  let left = last + 1 - first;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value, done } = await iterator.next();
        if (done === true) {
          if (left > 0) throw new Error(`The audio ended ${left} bytes before its end.`);
          controller.close();
          return;
        }
        left -= value.length;
        controller.enqueue(value);
        if (left > 0) return;
        controller.close();
        await iterator.return?.();
      },
      cancel: async () => {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function failure(error: unknown, log: Log): Response {
  const code = error instanceof LongtakeError ? error.code : errnoOf(error);
  if (code === 'NOT_FOUND' || code === 'ENOENT') return new Response(null, { status: 404 });
  if (code === 'INVALID_INPUT') return new Response(null, { status: 404 });
  if (code === 'CONFLICT') return new Response(null, { status: 409 });
  log.error('A recording could not be served.', { error });
  return new Response(null, { status: 500 });
}
