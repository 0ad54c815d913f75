import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refuse } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import type { RecordingChange } from '../database/database.ts';
import type { Recording } from '../model.ts';
import { naiveTimeOrNull } from '../naiveTime.ts';
import { sentenceOf } from '../sessions/routes.ts';
import { sessionBody } from '../sessions/sessionBody.ts';
import { sendFile } from './download.ts';
import { recordingBody, warningOf } from './recordingBody.ts';
import { deleteRecording, expiresAt, findRecording, rewriteRecordingFile } from './recordings.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 500;
const MAX_TAGS = 100;

const pageSchema = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});
const changeSchema = z.looseObject({
  title: z.string().trim().min(1).max(200).optional(),
  notes: z.string().max(100_000).nullish(),
  meeting_date: z
    .string()
    .max(100)
    .refine((text) => !Number.isNaN(Date.parse(text)), 'it is no date such as 2026-11-21T14:00:00')
    .nullish(),
  folder_id: z.int().positive().nullish(),
});
const tagsSchema = z.looseObject({ tag_ids: z.array(z.int()).max(MAX_TAGS) });

type Asked = FastifyRequest<{ Params: { readonly id: string } }>;

/** What was received: list, details, state, changes, the file itself, deleting. */
export function addRecordingRoutes(app: FastifyInstance, context: ServerContext): void {
  const { config, database, now } = context;

  /** Answers with the recording that is asked for, or says why not. */
  const withRecording =
    (work: (recording: Recording, request: Asked, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: Asked, reply: FastifyReply): Promise<FastifyReply> => {
      const found = await findRecording(context, request.params.id, accountOf(request));
      if (found.kind === 'found') return work(found.recording, request, reply);
      if (found.kind === 'unknown') return refuse(reply, 404, 'Recording not found');
      return refuse(reply, 410, 'This recording has expired and is deleted.', { code: 'expired' });
    };

  app.get('/api/v1/recordings', async (request, reply) => {
    const page = pageSchema.safeParse(request.query);
    if (!page.success) return refuse(reply, 400, sentenceOf(page.error));
    const { before, limit } = page.data;
    const account = accountOf(request);
    const found = await database.recordings.list({
      limit,
      ...(before === undefined ? {} : { before }),
      ...(account.role === 'admin' ? {} : { userId: account.id }),
    });
    const recordings = found.filter((recording) => (expiresAt(recording, config) ?? Infinity) > now());
    return reply.send({
      recordings: await Promise.all(
        recordings.map(async (recording) => ({
          ...recordingBody(context, recording),
          ...(await warningOf(context, recording)),
        })),
      ),
      next_before: found.length === limit ? (found.at(-1)?.id ?? null) : null,
    });
  });

  app.get(
    '/api/v1/recordings/:id',
    withRecording(async (recording, _request, reply) =>
      reply.send({ ...recordingBody(context, recording), ...(await warningOf(context, recording)) }),
    ),
  );

  app.get(
    '/api/v1/recordings/:id/status',
    withRecording(async (recording, _request, reply) =>
      reply.send({
        id: recording.id,
        status: recording.status,
        queue_position: (await database.recordings.queuePosition(recording.id)) ?? null,
        error_message: recording.error ?? null,
        completed_at: naiveTimeOrNull(recording.completedAt),
        ...(await warningOf(context, recording)),
      }),
    ),
  );

  const change = async (recording: Recording, wanted: RecordingChange, reply: FastifyReply): Promise<FastifyReply> => {
    const changed = await database.recordings.change(recording.id, wanted);
    if (!changed) return refuse(reply, 404, 'Recording not found');
    await rewriteRecordingFile(context, changed);
    return reply.send(recordingBody(context, changed));
  };

  app.patch(
    '/api/v1/recordings/:id',
    withRecording(async (recording, request, reply) => {
      const body = changeSchema.safeParse(request.body);
      if (!body.success) return refuse(reply, 400, sentenceOf(body.error));
      const { title, notes, meeting_date, folder_id } = body.data;
      const wanted: { -readonly [Name in keyof RecordingChange]: RecordingChange[Name] } = {};
      if (title !== undefined) wanted.title = title;
      if (notes !== undefined) wanted.notes = notes ?? undefined;
      if (meeting_date !== undefined) wanted.meetingDate = meeting_date ?? undefined;
      if (folder_id !== undefined) wanted.folderId = folder_id ?? undefined;
      return change(recording, wanted, reply);
    }),
  );

  app.post(
    '/api/v1/recordings/:id/tags',
    withRecording(async (recording, request, reply) => {
      const body = tagsSchema.safeParse(request.body);
      if (!body.success) return refuse(reply, 400, sentenceOf(body.error));
      return change(recording, { tagIds: [...new Set([...recording.tagIds, ...body.data.tag_ids])] }, reply);
    }),
  );

  app.route<{ Params: { readonly id: string } }>({
    // Fastify's own HEAD would say that the file is empty.
    method: ['GET', 'HEAD'],
    url: '/api/v1/recordings/:id/download',
    handler: withRecording(async (recording, request, reply) => {
      if (recording.file) return sendFile(context, request, reply, recording, recording.file);
      return refuse(reply, 409, recording.error ?? 'The recording is still being put together; ask again.', {
        status: recording.status,
      });
    }),
  });

  app.post(
    '/api/v1/recordings/:id/retry',
    withRecording(async (recording, _request, reply) => {
      if (!(await database.jobs.retry(recording.id, now())))
        return refuse(reply, 409, 'Only what failed is tried again.');
      context.events.emit({ type: 'sessionFinalizing', sessionId: recording.sessionId, recordingId: recording.id });
      return reply.code(202).send({ id: recording.id, status: 'STITCHING' });
    }),
  );

  app.delete(
    '/api/v1/recordings/:id',
    withRecording(async (recording, _request, reply) => {
      await deleteRecording(context, recording);
      return reply.code(204).send();
    }),
  );

  app.get('/api/v1/sessions', async (request, reply) => {
    const account = accountOf(request);
    const found = await database.sessions.list(account.role === 'admin' ? {} : { userId: account.id });
    const sessions = await Promise.all(
      found.map(async (session) => ({
        ...(await sessionBody(context, session)),
        owner: (await database.users.byId(session.userId))?.email ?? null,
        // Its chunks are here and have become no recording.
        recoverable: session.chunkCount > 0 && ['recording', 'failed'].includes(session.status),
      })),
    );
    return reply.send({ sessions });
  });
}
