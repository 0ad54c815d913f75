import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { refuse } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import type { FinalizeOutcome } from '../database/database.ts';
import type { Session } from '../model.ts';
import { naiveTime } from '../naiveTime.ts';
import { sentenceOf } from './routes.ts';

const TITLE_LENGTH = 200;

const finalizeSchema = z.looseObject({
  title: z.string().nullish(),
  notes: z.string().max(100_000).nullish(),
  folder_id: z.union([z.number(), z.string()]).nullish(),
  meeting_date: z.string().max(100).nullish(),
  chunk_count: z.int().nonnegative().nullish(),
  bytes: z.int().nonnegative().nullish(),
  incomplete: z.boolean().nullish(),
});

/** The end of a session: its recording is made in the background. */
export function addFinalizeRoute(app: FastifyInstance, context: ServerContext): void {
  const { sessions, now } = context;
  app.post<{ Params: { readonly id: string } }>('/upload/session/:id/finalize', async (request, reply) => {
    const session = await sessions.find(request.params.id, accountOf(request));
    if (!session) return refuse(reply, 404, 'Session not found');
    const body = finalizeSchema.safeParse(request.body ?? {});
    if (!body.success) {
      return refuse(
        reply,
        400,
        isObject(request.body) ? sentenceOf(body.error) : 'finalize body must be a JSON object',
      );
    }
    const { title, notes, folder_id, meeting_date, chunk_count, bytes, incomplete } = body.data;
    const outcome = await sessions.finalize(session, {
      metadata: body.data,
      title: titleOf(title, session, now()),
      notes: notes ?? undefined,
      folderId: typeof folder_id === 'number' && Number.isSafeInteger(folder_id) ? folder_id : undefined,
      meetingDate: meeting_date ?? session.startedAt,
      chunkCount: chunk_count ?? undefined,
      bytes: bytes ?? undefined,
      takesGaps: false,
      incomplete: incomplete === true,
    });
    return answer(reply, outcome);
  });
}

/** At most {@link TITLE_LENGTH} long, never empty, and without half a sign at its end. */
export function titleOf(title: string | null | undefined, session: Pick<Session, 'title'>, now: number): string {
  const named = (title ?? session.title ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return (named === '' ? `Recording ${naiveTime(now).slice(0, 16).replace('T', ' ')}` : named)
    .slice(0, TITLE_LENGTH)
    .replace(/\p{Cs}$/u, '');
}

function answer(reply: FastifyReply, outcome: FinalizeOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'begun':
      return reply.code(202).send({ recording_id: outcome.recordingId, ...partsOf(outcome), status: 'finalizing' });
    case 'repeated':
      return reply.code(202).send({ recording_id: outcome.recordingId, ...partsOf(outcome), status: outcome.status });
    case 'empty':
      return refuse(reply, 409, 'No chunks uploaded yet');
    case 'closed':
      return refuse(reply, 409, `Session is in status '${outcome.status}'; cannot finalize`, {
        status: outcome.status,
      });
    case 'missing':
      return refuse(reply, 409, 'Chunks are missing; send them, then finalize again', {
        code: 'chunks_missing',
        missing: outcome.missing,
      });
    case 'differs':
      return refuse(reply, 409, 'The session has other totals than the client counted', {
        code: 'totals_differ',
        chunk_count: outcome.chunkCount,
        bytes_received: outcome.bytes,
      });
    case 'unknown':
      return refuse(reply, 404, 'Session not found');
  }
}

/** All recordings of a session of which chunks are missing. */
const partsOf = ({ parts }: { readonly parts?: readonly number[] }) => (parts ? { recording_ids: parts } : {});

const isObject = (body: unknown): boolean => typeof body === 'object' && body !== null && !Array.isArray(body);
