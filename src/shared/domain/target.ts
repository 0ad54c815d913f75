import { z } from 'zod';
import type { TargetId } from '../units.ts';

const targetIdSchema = z.uuid().transform((value) => value as TargetId);

/** Bounds of {@link Target.chunkSeconds}, s. */
const MIN_CHUNK_SECONDS = 1;
const MAX_CHUNK_SECONDS = 600;

/** Shown to people and used in the names of environment variables; no control characters. */
const targetNameSchema = z
  .string()
  .trim()
  .min(1, 'Give the target a name.')
  .max(80, 'Use at most 80 characters.')
  .regex(/^[^\p{Cc}]+$/u, 'A name cannot contain control characters.');

const address = z
  .url({ protocol: /^https?$/, error: 'Enter an address that starts with https://.' })
  .max(2000)
  .regex(
    /^https?:\/\/[^/?#@]*(?:[/?#]|$)/i,
    'Leave the name and the password out of the address: they have their own fields.',
  );

/** strftime, and `{source}` for the source's name. */
const titlePattern = z.string().trim().min(1).max(200).optional();

const commonFields = {
  name: targetNameSchema,
  /** Off: nothing is sent, and what is waiting goes on waiting. */
  enabled: z.boolean(),
  /** A person consented to http:// or to a certificate that nobody vouches for. Always allowed on this computer. */
  insecure: z.boolean().optional(),
  /** Nothing is deleted here before it is safe there. Absent: true. */
  required: z.boolean().optional(),
  /** Length of a chunk of an open recording, s; absent: what suits the kind. */
  chunkSeconds: z
    .number('Enter a length in seconds.')
    .min(MIN_CHUNK_SECONDS, `A chunk takes at least ${MIN_CHUNK_SECONDS} second.`)
    .max(MAX_CHUNK_SECONDS, `A chunk takes at most ${MAX_CHUNK_SECONDS} seconds.`)
    .optional(),
};

const speakrFields = {
  kind: z.literal('speakr'),
  /** Without `/api` or `/upload`. */
  url: address,
  auth: z.enum(['token', 'login']),
  /** Of the account; with `login` alone. */
  email: z.string().trim().max(200).optional(),
  title: titlePattern,
  folderId: z.int().min(1).optional(),
  /** ISO 639-1; absent: the server finds out. */
  language: z.string().trim().max(20).optional(),
  tagIds: z.array(z.int().min(1)).max(50).optional(),
  /** A Speakr server as it comes takes no FLAC. */
  flacAs: z.enum(['opus', 'wav']),
};

const longtakeServerFields = {
  kind: z.literal('longtake-server'),
  url: address,
  auth: z.literal('token'),
  title: titlePattern,
};

const s3Fields = {
  kind: z.literal('s3'),
  /** Absent: Amazon's own. */
  endpoint: address.optional(),
  region: z.string().trim().min(1, 'Enter a region.').max(100),
  bucket: z.string().trim().min(1, 'Enter a bucket.').max(255),
  /** Before every key, without a `/` at its start; `{source}` and strftime. */
  prefix: z.string().trim().max(500),
  /** The bucket is in the path of the address instead of in its host name. */
  pathStyle: z.boolean(),
  accessKeyId: z.string().trim().min(1, 'Enter an access key.').max(200),
  /** `cmaf`: AAC in segments that any player follows; `slices`: the recording's own bytes. */
  form: z.enum(['cmaf', 'slices']),
  /** Of `cmaf`, bit/s. */
  bitrate: z.int().min(16_000).max(512_000),
  /** The whole file follows once the recording is closed. */
  wholeFile: z.boolean(),
};

const id = targetIdSchema;

/** Where recordings are uploaded to, as settings keep it. Its secret is kept with the other secrets. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ id, ...commonFields, ...speakrFields }),
  z.object({ id, ...commonFields, ...longtakeServerFields }),
  z.object({ id, ...commonFields, ...s3Fields }),
]);
export type Target = z.infer<typeof targetSchema>;
export type TargetKind = Target['kind'];
export type SpeakrTarget = Extract<Target, { kind: 'speakr' }>;
export type LongtakeServerTarget = Extract<Target, { kind: 'longtake-server' }>;
export type S3Target = Extract<Target, { kind: 's3' }>;

/** Token, password or secret key: a text sets it, an empty text removes it, absent leaves the stored one. */
const secretField = { secret: z.string().max(4000).optional() };

/** What a person enters: no id yet. */
export const targetDraftSchema = z.discriminatedUnion('kind', [
  z.object({ ...commonFields, ...speakrFields, ...secretField }),
  z.object({ ...commonFields, ...longtakeServerFields, ...secretField }),
  z.object({ ...commonFields, ...s3Fields, ...secretField }),
]);
export type TargetDraft = z.infer<typeof targetDraftSchema>;

/** The address that a target is reached by; undefined for Amazon's own. */
export function targetAddress(target: Target | TargetDraft): string | undefined {
  return target.kind === 's3' ? target.endpoint : target.url;
}
