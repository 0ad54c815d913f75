import { z } from 'zod';
import { wireErrorSchema } from '../wireError.ts';
import type { RecordingId, SourceId, TargetId, UploadId } from '../units.ts';

const targetIdSchema = z.uuid().transform((value) => value as TargetId);
const recordingIdSchema = z.uuid().transform((value) => value as RecordingId);

export const uploadStateSchema = z.enum([
  /** Nothing is sent yet: it waits for its turn, or for the network. */
  'waiting',
  /** A session is being opened at the target, or looked for after a restart. */
  'opening',
  /** Chunks go to the target as they are made, or as fast as they can. */
  'sending',
  /** Every chunk is there, and the target is told that this is all. */
  'finalizing',
  /** The target makes a file of it. */
  'processing',
  /** Every byte is acknowledged, and the target has made its file. */
  'done',
  /** The target could not use it; the audio is still here. */
  'failed',
  /** It goes on once a person has changed something; `problem` says what. */
  'needsPerson',
  /** A person paused it. */
  'paused',
  /** A person gave it up. */
  'discarded',
]);
export type UploadState = z.infer<typeof uploadStateSchema>;

/** States in which nothing more happens by itself, and nothing is waited for. */
export const ENDED_STATES: readonly UploadState[] = ['done', 'discarded'];

/** One recording, or a part of one, on its way to one target. Instants are ms since 1970 UTC. */
export const uploadSchema = z.object({
  id: z.uuid().transform((value) => value as UploadId),
  targetId: targetIdSchema,
  targetName: z.string(),
  recordingId: recordingIdSchema,
  sourceId: z.uuid().transform((value) => value as SourceId),
  sourceName: z.string(),
  /** Of the recording, relative to its recordings folder. */
  path: z.string(),
  /** From 1; a recording has more than one where a limit of the target makes it go on in a new session. */
  part: z.int(),
  state: uploadStateSchema,
  /** The recording is still open: more is to come. */
  live: z.boolean(),
  /** What is to be sent, as far as it is known. */
  bytes: z.number(),
  /** Of that, what the target has acknowledged. */
  safeBytes: z.number(),
  /** How much of what is captured is not safe yet: ms of audio, as far as it can be told. */
  behindMs: z.number(),
  /** The target has confirmed a checksum for each chunk. */
  digests: z.boolean(),
  /** Chunks go to a session, or the file goes as a whole. */
  way: z.enum(['session', 'whole']),
  problem: wireErrorSchema.optional(),
  nextTryAt: z.number().optional(),
  /** Where a person finds it at the target. */
  link: z.string().optional(),
  /** Where it can be listened to while it is recorded. */
  liveLink: z.string().optional(),
  /** What the target says about it. */
  serverText: z.string().optional(),
  startedAt: z.number(),
  updatedAt: z.number(),
});
export type Upload = z.infer<typeof uploadSchema>;

/** How all uploads to one target go. */
export const transferSchema = z.object({
  targetId: targetIdSchema,
  /** Over the last 10 s. */
  bytesPerSecond: z.number(),
  backlogBytes: z.number(),
  /** Uploads that are not done. */
  backlogUploads: z.number(),
  /** Until everything that is there now is safe; absent when it cannot be told. */
  secondsLeft: z.number().optional(),
  waitingFor: z.enum(['network', 'server', 'person', 'limit']).optional(),
  nextTryAt: z.number().optional(),
  problem: wireErrorSchema.optional(),
});
export type Transfer = z.infer<typeof transferSchema>;

/** An upload that was under way when Longtake last ended. */
export const recoveredUploadSchema = z.object({
  upload: uploadSchema,
  /** What the target says that it has; absent as long as it has not answered. */
  there: z.object({ chunks: z.number(), bytes: z.number(), status: z.string() }).optional(),
  /** What of it is here; absent when the file is gone. */
  here: z.object({ bytes: z.number() }).optional(),
});
export type RecoveredUpload = z.infer<typeof recoveredUploadSchema>;
