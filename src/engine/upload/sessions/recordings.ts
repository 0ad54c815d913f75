import { z } from 'zod';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Progress, WholeFile } from '../driver.ts';
import type { FileForm } from '../http/multipart.ts';
import { oneLine, refusal } from '../http/refusals.ts';
import type { SessionApi } from './sessionApi.ts';

const remoteId = z.union([z.int().min(0), z.string().regex(/^[\w-]{1,100}$/)]).transform(String);
const text = z.string().max(100_000);
const statusSchema = z.object({
  status: text,
  queue_position: z.int().nullish().catch(undefined),
  error_message: text.nullish().catch(undefined),
  /** Of a Longtake server: why the recording is not made yet. */
  warning: text.nullish().catch(undefined),
});
const detailsSchema = z.object({ transcription: text.nullish().catch(undefined) });
const createdSchema = z.object({
  id: remoteId,
  file_size: z.number().nullish().catch(undefined),
  mime_type: text.nullish().catch(undefined),
  content_sha256: text.nullish().catch(undefined),
});
/** What a server says of a file that it took. */
export type Created = z.infer<typeof createdSchema>;

/** Codes of a Longtake server that say that something else arrived than was sent. */
const DAMAGES: ReadonlySet<unknown> = new Set([
  'digest_malformed',
  'digest_mismatch',
  'form_damaged',
  'no_file',
  'size_mismatch',
]);
const listSchema = z.object({
  recordings: z
    .array(
      z.object({
        id: remoteId,
        title: text.nullish().catch(undefined),
        file_size: z.number().nullish().catch(undefined),
        original_filename: text.nullish().catch(undefined),
        mime_type: text.nullish().catch(undefined),
        meeting_date: text.nullish().catch(undefined),
        status: text.nullish().catch(undefined),
      }),
    )
    .max(10_000),
});

const words: Readonly<Record<string, string>> = {
  STITCHING: 'The target joins the chunks.',
  QUEUED: 'The target has it in its queue.',
  PENDING: 'The target has it in its queue.',
  PROCESSING: 'The target works on it.',
  SUMMARIZING: 'The target writes its summary.',
};

/** How the server gets on with a recording. */
export async function follow(api: SessionApi, id: string, signal: AbortSignal): Promise<Progress> {
  const answer = await api.ask({ method: 'GET', path: `${pathOf(id)}/status` }, signal);
  if ((answer.status === 404 || answer.status === 410) && answer.json) {
    return { state: 'failed', text: 'The target does not have the recording any more: somebody deleted it there.' };
  }
  const status = answer.status === 200 ? statusSchema.safeParse(answer.json) : undefined;
  if (!status?.success) throw refusal(answer, api.client.name);
  const name = status.data.status.toUpperCase();
  if (name === 'COMPLETED') return { state: 'completed' };
  if (name === 'FAILED') {
    const said = await failureText(api, id, signal);
    return {
      state: 'failed',
      text: said ?? oneLine(status.data.error_message ?? '') ?? 'The target does not say why.',
    };
  }
  const { queue_position: place, warning } = status.data;
  const why = oneLine(warning ?? '');
  if (why !== undefined) return { state: 'processing', text: `The server waits: ${why}` };
  const said = words[name];
  const inQueue = typeof place === 'number' && place > 0 ? ` ${place} before it.` : '';
  return { state: 'processing', ...(said === undefined ? {} : { text: `${said}${inQueue}` }) };
}

/** Where a failure is told, as its transcription. */
async function failureText(api: SessionApi, id: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await api.ask({ method: 'GET', path: pathOf(id) }, signal);
  const details = answer.status === 200 ? detailsSchema.safeParse(answer.json) : undefined;
  return details?.success === true ? oneLine(details.data.transcription ?? '') : undefined;
}

/** Sends a file in one request; UPLOAD_UNREACHABLE where it arrived damaged, as far as the server says so. */
export async function sendForm(
  api: SessionApi,
  { contentType, body }: FileForm,
  { mimeType }: WholeFile,
  signal: AbortSignal,
): Promise<Created> {
  const answer = await api.ask(
    { method: 'POST', path: '/api/v1/recordings/upload', headers: { 'content-type': contentType }, body },
    signal,
  );
  const created = answer.status >= 200 && answer.status < 300 ? createdSchema.safeParse(answer.json) : undefined;
  if (created?.success === true) return created.data;
  const { json } = answer;
  const isOtherType = typeof json?.['got'] === 'string' && json['got'] !== mimeType;
  if (answer.status === 400 && (DAMAGES.has(json?.['code']) || isOtherType)) throw damaged(api);
  throw refusal(answer, api.client.name);
}

/** What a server has is not the file. */
export function damaged({ client }: SessionApi): LongtakeError {
  return new LongtakeError(
    'UPLOAD_UNREACHABLE',
    `The file arrived damaged at ${client.name}. It is sent again by itself.`,
  );
}

/** A file as a server has it that may make another one of it. */
type Kept = Pick<Created, 'file_size' | 'mime_type'>;

/** Whether a server that knows no checksum has the file, as far as its size says; undefined: it does not say. */
export function hasSize({ file_size: size, mime_type: type }: Kept, file: WholeFile): boolean | undefined {
  if (typeof size !== 'number') return undefined;
  if (size === file.bytes) return true;
  // It has made another kind of file of it, which has a size of its own.
  if (typeof type === 'string' && plain(type) !== plain(file.mimeType)) return undefined;
  return false;
}

/** Without the mark of types that are on no list, which one system has and another has not. */
const plain = (type: string): string => type.toLowerCase().replace('/x-', '/');

/**
 * One of the last recordings that is the file, by its title and size: an answer may have been lost. UPLOAD_REJECTED where
 * the server has it more than once, and each time with another size: one more would not help.
 */
export async function findArrived(
  api: SessionApi,
  file: WholeFile,
  title: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const alike = (await lastRecordings(api, signal)).filter((recording) => recording.title === title);
  const whole = alike.find((recording) => {
    const has = hasSize(recording, file);
    return has === true || (has === undefined && recording.original_filename === file.name);
  });
  if (whole) return whole.id;
  const others = alike.filter(
    (recording) => recording.original_filename === file.name && hasSize(recording, file) === false,
  );
  if (others.length < MOST_COPIES) return undefined;
  const sizes = others.map(({ file_size: size }) => `${size}`).join(', ');
  const message = `${api.client.name} has this recording ${others.length} times, with ${sizes} bytes; here it has ${file.bytes}. Compare them: then delete those there and retry, or discard the upload.`;
  throw new LongtakeError('UPLOAD_REJECTED', message);
}

export interface Sought {
  readonly title: string;
  /** The title names the second at which the recording began: no other one of the source has it. */
  readonly isExact: boolean;
  /** ISO 8601, with the zone of the place. */
  readonly start: string;
  /** Of what was sent. */
  readonly bytes: number;
}

/** A server writes the file anew, with a header of its own: its size is not quite that of what was sent. */
const LEAST_SHARE = 0.98;
const MOST_SHARE = 1.02;
const HEADERS_BYTES = 64 * 1024;
/** Of one file with sizes that it has not. */
const MOST_COPIES = 2;

/**
 * One of the last recordings that was made of a session whose memory is lost. The server keeps no checksum: title, start
 * and size have to be those of the recording, and a size that it does not tell is none.
 */
export async function findMade(
  api: SessionApi,
  { title, isExact, start, bytes }: Sought,
  signal: AbortSignal,
): Promise<string | undefined> {
  const instants = new Set([start.slice(0, 19), new Date(start).toISOString().slice(0, 19)]);
  return (await lastRecordings(api, signal)).find((recording) => {
    const { file_size: size, meeting_date: date, status } = recording;
    if (recording.title !== title || status?.toUpperCase() === 'FAILED') return false;
    if (!isExact && !instants.has((date ?? '').replace(' ', 'T').slice(0, 19))) return false;
    if (typeof size !== 'number' || bytes === 0) return false;
    return size >= bytes * LEAST_SHARE - HEADERS_BYTES && size <= bytes * MOST_SHARE + HEADERS_BYTES;
  })?.id;
}

/** The newest; none where a server has no such list and cannot tell. */
async function lastRecordings(api: SessionApi, signal: AbortSignal): Promise<z.infer<typeof listSchema>['recordings']> {
  const answer = await api.ask({ method: 'GET', path: '/api/v1/recordings?limit=50' }, signal);
  if (answer.status === 404 || answer.status === 405) return [];
  const list = answer.status === 200 ? listSchema.safeParse(answer.json) : undefined;
  // One that cannot tell now is asked again.
  if (list?.success !== true) throw refusal(answer, api.client.name);
  return list.data.recordings;
}

export const pathOf = (id: string): string => `/api/v1/recordings/${encodeURIComponent(id)}`;
