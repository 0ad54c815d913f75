import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { errnoOf } from '../../shared/errors.ts';
import { refuse, refuseFull } from '../answers.ts';
import { accountOf } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import type { StoredUser } from '../database/database.ts';
import type { Metadata } from '../model.ts';
import { clientName } from '../sessions/clientName.ts';
import { titleOf } from '../sessions/finalizeRoute.ts';
import { contentDigest } from '../sessions/contentDigest.ts';
import { QUOTA_EXCEEDED, QUOTA_EXHAUSTED } from '../sessions/sessionBody.ts';
import type { WholeOutcome } from '../sessions/sessions.ts';
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

type Taken = Extract<WholeOutcome, { readonly kind: 'taken' }>;

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
      let taken: Taken | undefined;
      try {
        for await (const part of request.parts()) {
          if (part.type === 'field') {
            if (typeof part.value === 'string') fields[part.fieldname] = part.value;
          } else if (part.fieldname !== 'file' || taken) {
            part.file.resume();
          } else {
            const named = clientName.safeParse(fields['client_recording']);
            const outcome = await take(context, account, part, named.data);
            if ('problem' in outcome) {
              part.file.resume();
              if (outcome.problem === 'diskFull') return refuseFull(reply);
              const { status, error, more } = outcome.problem;
              return refuse(reply, status, error, more);
            }
            taken = outcome;
            if (part.filename !== '') fields['original_filename'] = part.filename;
          }
        }
      } catch (error) {
        // It is sent again as a whole: what came of it is of no use.
        if (taken) await context.sessions.abort(taken.session);
        if (!isBrokenForm(error)) throw error;
        return refuse(reply, 400, 'The form is cut short or damaged. Send it again.', { code: 'form_damaged' });
      }
      if (!taken) return refuse(reply, 400, 'No file provided: send it in the field "file".', { code: 'no_file' });
      const damage = damageOf(taken, fields);
      if (damage) {
        await context.sessions.abort(taken.session);
        return refuse(reply, damage.status, damage.error, damage.more);
      }
      return finish(context, reply, taken, fields);
    });
  });

  /** The session's one chunk is the file. */
  async function finish(
    { sessions, now }: ServerContext,
    reply: FastifyReply,
    { session, bytes, sha256 }: Taken,
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
    // A client that could not say before what it sends compares it now.
    const came = { bytes_received: bytes, content_sha256: sha256 };
    return reply.code(202).send({ ...recordingBody(context, recording), ...came });
  }
}

async function take(
  context: ServerContext,
  owner: StoredUser,
  part: MultipartFile,
  clientRecording: string | undefined,
): Promise<Taken | { readonly problem: Problem | 'diskFull' }> {
  const { config, sessions } = context;
  const extension = /\.([a-z0-9]{2,5})$/i.exec(part.filename)?.[1]?.toLowerCase() ?? '';
  const named = part.mimetype.toLowerCase();
  const mimeType = config.allowedMimeTypes.includes(named) ? named : (BY_EXTENSION[extension] ?? named);
  if (!Object.values(BY_EXTENSION).includes(mimeType) && !config.allowedMimeTypes.includes(mimeType)) {
    const more = { allowed: config.allowedMimeTypes.toSorted(), got: named };
    return { problem: { status: 400, error: `Unsupported mime_type "${named}"`, more } };
  }
  const title = part.filename === '' ? undefined : part.filename.replace(/\.[^.]*$/, '');
  const outcome = await sessions.takeWhole(owner, { mimeType, title, clientRecording, body: part.file });
  if (outcome.kind === 'taken') return outcome;
  return { problem: outcome.kind === 'diskFull' ? outcome.kind : problemOf(outcome.kind, context) };
}

/**
 * Compares what came with what the client says it sent, before or behind the file: `file_size`, in bytes, and `sha256`,
 * in hex. Where the end of the file is not found any more, what follows it is taken for audio: that is told by the size.
 */
function damageOf({ bytes, sha256 }: Taken, fields: Readonly<Record<string, string>>): Problem | undefined {
  const { file_size: size, sha256: digest } = fields;
  if (digest !== undefined && !/^[0-9a-f]{64}$/i.test(digest)) {
    const more = { code: 'digest_malformed' };
    return { status: 400, error: 'The field "sha256" holds no SHA-256: 64 hexadecimal digits', more };
  }
  if (digest !== undefined && digest.toLowerCase() !== sha256) {
    const more = { code: 'digest_mismatch', digest: contentDigest(sha256) };
    return { status: 400, error: 'The bytes that came are not those of "sha256"; send them again', more };
  }
  if (size !== undefined && size !== String(bytes)) {
    const more = { code: 'size_mismatch', got: bytes };
    return { status: 400, error: 'Another number of bytes came than "file_size" says; send them again', more };
  }
  return undefined;
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
  const { title: _, notes: __, file_size: ___, sha256: ____, ...rest } = fields;
  return rest;
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
