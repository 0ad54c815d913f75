import { z } from 'zod';
import type { Progress, WholeFile } from '../driver.ts';
import { formWithFile } from '../http/multipart.ts';
import { oneLine, refusal } from '../http/refusals.ts';
import type { SessionApi } from './sessionApi.ts';

const remoteId = z.union([z.int().min(0), z.string().regex(/^[\w-]{1,100}$/)]).transform(String);
const text = z.string().max(100_000);
const statusSchema = z.object({
  status: text,
  queue_position: z.int().nullish().catch(undefined),
  error_message: text.nullish().catch(undefined),
});
const detailsSchema = z.object({ transcription: text.nullish().catch(undefined) });
const createdSchema = z.object({ id: remoteId });
const listSchema = z.object({
  recordings: z
    .array(
      z.object({
        id: remoteId,
        title: text.nullish().catch(undefined),
        file_size: z.number().nullish().catch(undefined),
        original_filename: text.nullish().catch(undefined),
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
  const { queue_position: place } = status.data;
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

/** Sends a file in one request; returns the server's name for the recording. */
export async function uploadWhole(
  api: SessionApi,
  file: WholeFile,
  fields: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const arrived = file.again ? await findArrived(api, file, fields['title'], signal) : undefined;
  if (arrived !== undefined) return arrived;
  const { contentType, body } = formWithFile(fields, file);
  const answer = await api.ask(
    { method: 'POST', path: '/api/v1/recordings/upload', headers: { 'content-type': contentType }, body },
    signal,
  );
  const created = answer.status >= 200 && answer.status < 300 ? createdSchema.safeParse(answer.json) : undefined;
  if (!created?.success) throw refusal(answer, api.client.name);
  return created.data.id;
}

/** One of the last recordings that is the file, by its title and size: an answer may have been lost. */
async function findArrived(
  api: SessionApi,
  file: WholeFile,
  title: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await api.ask({ method: 'GET', path: '/api/v1/recordings?limit=50' }, signal);
  // A server that has no such list cannot tell; one that cannot tell now is asked again.
  if (answer.status === 404 || answer.status === 405) return undefined;
  const list = answer.status === 200 ? listSchema.safeParse(answer.json) : undefined;
  if (list?.success !== true) throw refusal(answer, api.client.name);
  return list.data.recordings.find(
    (recording) =>
      recording.title === title && (recording.file_size === file.bytes || recording.original_filename === file.name),
  )?.id;
}

export const pathOf = (id: string): string => `/api/v1/recordings/${encodeURIComponent(id)}`;
