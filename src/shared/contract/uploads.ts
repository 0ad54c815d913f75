import { z } from 'zod';
import { targetDraftSchema, targetSchema } from '../domain/target.ts';
import { recoveredUploadSchema, transferSchema, uploadSchema, uploadStateSchema } from '../domain/upload.ts';
import type { RecordingId, TargetId, UploadId } from '../units.ts';

const targetId = z.uuid().transform((value) => value as TargetId);
const uploadId = z.uuid().transform((value) => value as UploadId);
const recordingId = z.uuid().transform((value) => value as RecordingId);
const nothing = z.strictObject({});
const done = z.void();

const targetViewSchema = z.object({
  target: targetSchema,
  hasSecret: z.boolean(),
  /** Names of the sources that upload there. */
  sources: z.array(z.string()),
});
export type TargetView = z.infer<typeof targetViewSchema>;

/** Some uploads, or all of a target; neither: all. */
const chosen = z.strictObject({ ids: z.array(uploadId).max(10_000).optional(), targetId: targetId.optional() });

export const targetRequests = {
  'targets.list': { input: nothing, output: z.array(targetViewSchema) },
  'targets.add': { input: targetDraftSchema, output: targetViewSchema },
  /** Replaces everything but the id. What waits for a person at this target is tried again at once. */
  'targets.update': { input: z.strictObject({ id: targetId, draft: targetDraftSchema }), output: targetViewSchema },
  /** Sources upload there no more, and unfinished uploads to it are given up; what the target has stays there. */
  'targets.remove': { input: z.strictObject({ id: targetId }), output: done },
  /** Tries address and credentials, or fails with the exact reason. At most 15 s. */
  'targets.probe': {
    input: z.strictObject({
      draft: targetDraftSchema,
      /** Uses this target's stored secret when the draft has none. */
      id: targetId.optional(),
    }),
    output: z.object({
      /** A sentence: what answered, and as whom. */
      message: z.string(),
    }),
  },
} as const;

export const uploadRequests = {
  /** Newest first; `before` is the last one of the page before. */
  'uploads.list': {
    input: z.strictObject({
      states: z.array(uploadStateSchema).optional(),
      targetId: targetId.optional(),
      before: uploadId.optional(),
      limit: z.int().min(1).max(500),
    }),
    output: z.array(uploadSchema),
  },
  'uploads.ofRecordings': {
    input: z.strictObject({ ids: z.array(recordingId).max(1000) }),
    output: z.array(uploadSchema),
  },
  /** Uploads recordings from before. What is there or on its way already is left as it is. */
  'uploads.start': {
    input: z.strictObject({
      recordingIds: z.array(recordingId).min(1).max(10_000),
      targetIds: z.array(targetId).min(1).max(16),
    }),
    output: z.object({ started: z.number() }),
  },
  /** Tries at once what waits for its next try or for a person; what failed starts anew. */
  'uploads.retry': { input: chosen, output: done },
  'uploads.pause': { input: chosen, output: done },
  'uploads.resume': { input: chosen, output: done },
  /** Has the target finish with what it has; nothing more is sent. */
  'uploads.finish': { input: z.strictObject({ id: uploadId }), output: done },
  /** Gives the upload up and has the target throw away what it has of it. The recording stays here. */
  'uploads.discard': { input: z.strictObject({ id: uploadId }), output: done },
  /** Sends the whole file in place of the session. Fails with CONFLICT while the recording is open. */
  'uploads.whole': { input: z.strictObject({ id: uploadId }), output: done },
  /** Opens the page of the recording at its target in the browser of the person. Only where there is a desktop. */
  'uploads.openPage': { input: z.strictObject({ id: uploadId }), output: done },
  'uploads.transfers': { input: nothing, output: z.array(transferSchema) },
  /** What was under way when Longtake last ended, with what the target has and what is here. It resumes by itself. */
  'uploads.recovered': { input: nothing, output: z.array(recoveredUploadSchema) },
} as const;

export const uploadEvents = {
  /** Targets were added, edited or removed; ask for the list again. */
  'targets.changed': z.object({}),
  /** At most twice a second. */
  'uploads.changed': z.object({ uploads: z.array(uploadSchema) }),
  'uploads.removed': z.object({ ids: z.array(uploadId) }),
  /** Once a second while something moves. */
  'transfers.changed': z.object({ transfers: z.array(transferSchema) }),
} as const;
