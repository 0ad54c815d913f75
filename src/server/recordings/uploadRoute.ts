import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { errnoOf } from '../../shared/errors.ts';
import { refuse, refuseFull } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import type { StoredUser } from '../database/database.ts';
import type { Metadata, Session } from '../model.ts';
import { clientName } from '../sessions/clientName.ts';
import { titleOf } from '../sessions/finalizeRoute.ts';
import { QUOTA_EXCEEDED, QUOTA_EXHAUSTED } from '../sessions/sessionBody.ts';
import { recordingBody } from './recordingBody.ts';

const MAX_FIELD_BYTES = 100_000;
const MAX_FIELDS = 200;

const BY_EXTENSION: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'audio/mp4',
  aac: 'audio/aac',
  webm: 'audio/webm',
};

type Taken = { readonly session: Session } | { readonly problem: Problem | 'diskFull' };

type Problem = { readonly status: number; readonly error: string; readonly more?: Readonly<Record<string, unknown>> };

/** A finished file in one request: the fall-back when a session cannot be continued. */
export function addUploadRoute(app: FastifyInstance, context: ServerContext): void {
  const { config, database } = context;
  app.register(async (scope) => {
    await scope.register(multipart, {
      limits: {
        files: 1,
        fields: MAX_FIELDS,
        parts: MAX_FIELDS + 1,
        fieldSize: MAX_FIELD_BYTES,
        fileSize: Number.MAX_SAFE_INTEGER,
      },
      throwFileSizeLimit: false,
    });
    scope.post('/api/v1/recordings/upload', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
      if (!config.recordingEnabled) {
        return refuse(reply, 403, 'This server takes no recordings at present. Ask whoever runs it.', {
          code: 'disabled',
        });
      }
      if (!request.isMultipart())
        return refuse(reply, 400, 'Send the file as multipart/form-data, in the field "file".');
      const account = accountOf(request);
      const fields: Record<string, string> = {};
      let session: Session | undefined;
      try {
        for await (const part of request.parts()) {
          if (part.type === 'field') {
            if (typeof part.value === 'string') fields[part.fieldname] = part.value;
          } else if (part.fieldname !== 'file' || session) {
            part.file.resume();
          } else {
            const named = clientName.safeParse(fields['client_recording']);
            const taken = await take(context, account, part, named.data);
            if ('problem' in taken) {
              part.file.resume();
              if (taken.problem === 'diskFull') return refuseFull(reply);
              const { status, error, more } = taken.problem;
              return refuse(reply, status, error, more);
            }
            session = taken.session;
            if (part.filename !== '') fields['original_filename'] = part.filename;
          }
        }
      } catch (error) {
        // It is sent again as a whole: what came of it is of no use.
        if (session) await context.sessions.abort(session);
        if (!isBrokenForm(error)) throw error;
        return refuse(reply, 400, 'The form is cut short or damaged. Send it again.');
      }
      if (!session) return refuse(reply, 400, 'No file provided: send it in the field "file".');
      return finish(context, reply, session, fields);
    });
  });

  /** The session's one chunk is the file. */
  async function finish(
    { sessions, now }: ServerContext,
    reply: FastifyReply,
    session: Session,
    fields: Readonly<Record<string, string>>,
  ): Promise<FastifyReply> {
    const outcome = await sessions.finalize(session, {
      metadata: metadataOf(fields),
      title: titleOf(fields['title'], session, now()),
      notes: fields['notes'],
      folderId: wholeOf(fields['folder_id']),
      meetingDate: fields['meeting_date'],
      chunkCount: 1,
      bytes: undefined,
      takesGaps: false,
    });
    const tagIds = Object.entries(fields)
      .filter(([name]) => /^tag_ids\[\d+\]$/.test(name))
      .flatMap(([, value]) => wholeOf(value) ?? []);
    if (outcome.kind === 'repeated') await sessions.abort(session);
    const id = outcome.kind === 'begun' || outcome.kind === 'repeated' ? outcome.recordingId : 0;
    const recording = await database.recordings.change(id, { tagIds });
    if (!recording) return refuse(reply, 409, 'The file was discarded while it came.');
    return reply.code(202).send(recordingBody(context, recording));
  }
}

async function take(
  context: ServerContext,
  owner: StoredUser,
  part: MultipartFile,
  clientRecording: string | undefined,
): Promise<Taken> {
  const { config, sessions } = context;
  const extension = /\.([a-z0-9]{2,5})$/i.exec(part.filename)?.[1]?.toLowerCase() ?? '';
  const named = part.mimetype.toLowerCase();
  const mimeType = config.allowedMimeTypes.includes(named) ? named : (BY_EXTENSION[extension] ?? named);
  if (!Object.values(BY_EXTENSION).includes(mimeType) && !config.allowedMimeTypes.includes(mimeType)) {
    const more = { allowed: config.allowedMimeTypes.toSorted() };
    return { problem: { status: 400, error: `Unsupported mime_type "${named}"`, more } };
  }
  const title = part.filename === '' ? undefined : part.filename.replace(/\.[^.]*$/, '');
  const outcome = await sessions.takeWhole(owner, { mimeType, title, clientRecording, body: part.file });
  if (outcome.kind === 'taken') return { session: outcome.session };
  return { problem: outcome.kind === 'diskFull' ? outcome.kind : problemOf(outcome.kind, context) };
}

function problemOf(kind: 'quota' | 'tooLarge' | 'empty', { config }: ServerContext): Problem {
  const more = { quota_bytes: config.maxBytesPerUser };
  switch (kind) {
    case 'quota':
      return { status: 507, error: QUOTA_EXHAUSTED, more };
    case 'tooLarge':
      return { status: 507, error: QUOTA_EXCEEDED, more };
    case 'empty':
      return { status: 400, error: 'The file is empty.' };
  }
}

/** What the parser of forms says has neither a code nor a class of its own. */
function isBrokenForm(error: unknown): boolean {
  return error instanceof Error && /multipart|terminated early/i.test(error.message) && errnoOf(error) === undefined;
}

function metadataOf(fields: Readonly<Record<string, string>>): Metadata {
  const { title: _, notes: __, ...rest } = fields;
  return rest;
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
