import type { Log } from '../shared/ports/log.ts';
import type { FileSystem, OpenFile } from '../shared/ports/fileSystem.ts';
import { LongtakeError, errnoOf } from '../shared/errors.ts';
import { parseRange } from './range.ts';

/** Bytes that are read at once, and all that is held in memory for one request. */
const CHUNK_BYTES = 256 * 1024;
const ID = /^\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

export interface MediaOptions {
  /** The file of a recording; fails with NOT_FOUND or CONFLICT. */
  readonly mediaFile: (id: string) => Promise<{ readonly path: string; readonly mimeType: string }>;
  readonly fileSystem: Pick<FileSystem, 'openForReading'>;
  /** The one page that may read the answers. */
  readonly pageOrigin: string;
  readonly log: Log;
}

/** Answers requests for `longtake-media://recording/<id>`: by id, never by path; whole files and single ranges. */
export function createMediaResponder(options: MediaOptions): (request: Request) => Promise<Response> {
  const respond = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const id = url.host === 'recording' ? ID.exec(url.pathname)?.[1] : undefined;
    if (id === undefined) return new Response(null, { status: 404 });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    }
    const { path, mimeType } = await options.mediaFile(id.toLowerCase());
    const file = await options.fileSystem.openForReading(path);
    let served = false;
    try {
      // The size of this moment: what the catalogue knows may be older.
      const response = fileResponse(request, file, { size: await file.size(), mimeType });
      served = response.body !== null;
      return response;
    } finally {
      if (!served) await file.close();
    }
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

function fileResponse(
  request: Request,
  file: OpenFile,
  { size, mimeType }: { readonly size: number; readonly mimeType: string },
): Response {
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
  const body = request.method === 'HEAD' || size === 0 ? null : streamOf(file, first, last);
  return new Response(body, { status: range.kind === 'part' ? 206 : 200, headers });
}

/** Bytes `first` to `last` of the file, read as they are asked for; the file is closed at the end, however it comes. */
function streamOf(file: OpenFile, first: number, last: number): ReadableStream<Uint8Array> {
  let position = first;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= file.close());
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const bytes = await file.read(position, Math.min(CHUNK_BYTES, last + 1 - position));
          if (bytes.length === 0) throw new Error(`The file ended at byte ${position}, before byte ${last}.`);
          position += bytes.length;
          controller.enqueue(bytes);
          if (position > last) {
            controller.close();
            await close();
          }
        } catch (error) {
          await close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

function failure(error: unknown, log: Log): Response {
  const code = error instanceof LongtakeError ? error.code : errnoOf(error);
  if (code === 'NOT_FOUND' || code === 'ENOENT') return new Response(null, { status: 404 });
  if (code === 'CONFLICT') return new Response(null, { status: 409 });
  log.error('A recording could not be served.', { error });
  return new Response(null, { status: 500 });
}
