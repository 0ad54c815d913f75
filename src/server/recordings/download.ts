import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import filenamify from 'filenamify';
import { refuse } from '../answers.ts';
import type { ServerContext } from '../context.ts';
import type { Recording, RecordingFile } from '../model.ts';
import { readRange } from './range.ts';

/** Sends a finished file, or a part of it. */
export function sendFile(
  { storage }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  recording: Recording,
  file: RecordingFile,
): FastifyReply {
  const tag = `"${file.sha256}"`;
  reply
    .header('accept-ranges', 'bytes')
    .header('etag', tag)
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', disposition(recording, file))
    .type(file.mimeType);
  if (isKnown(request.headers['if-none-match'], tag)) return reply.code(304).send();
  const condition = request.headers['if-range'];
  // RFC 9110 14.2: a range is of what a GET would give.
  const isSame = request.method === 'GET' && (condition === undefined || condition === tag);
  const range = isSame ? readRange(request.headers.range, file.bytes) : undefined;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.bytes}`).removeHeader('content-disposition');
    return refuse(reply.type('application/json'), 416, 'The file is shorter than the range that was asked for.');
  }
  const { from, to } = range ?? { from: 0, to: file.bytes };
  if (range) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.bytes}`);
  reply.header('content-length', String(to - from));
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(storage.read(file.key, from, to), { objectMode: false }));
}

/** RFC 9110 13.1.2: a proxy may have made the tag a weak one. */
function isKnown(header: string | undefined, tag: string): boolean {
  const known = header?.split(',').map((text) => text.trim().replace(/^W\//, '')) ?? [];
  return known.includes(tag) || known.includes('*');
}

/** Halves of signs, which no address can hold, and what turns the order of letters, which hides an extension. */
const UNSAFE = /[\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** RFC 6266: a plain name for all, and the true one for who can read it. */
function disposition({ title }: Recording, { key }: RecordingFile): string {
  const extension = key.slice(key.lastIndexOf('.'));
  const safe = filenamify(title, { replacement: '_', maxLength: 150 }).replaceAll(UNSAFE, '').normalize('NFC');
  const name = `${safe === '' ? '_' : safe}${extension}`;
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
