import { z } from 'zod';
import type { Recording } from '../model.ts';
import { jsonOf } from '../sessions/sessionFile.ts';

const FORMAT = 'longtake recording 1';

const fileSchema = z.object({
  format: z.literal(FORMAT),
  owner: z.string(),
  id: z.int().positive(),
  sessionId: z.string(),
  title: z.string(),
  notes: z.string().optional(),
  folderId: z.number().optional(),
  tagIds: z.array(z.number()),
  source: z.string().optional(),
  meetingDate: z.string().optional(),
  mimeType: z.string(),
  file: z.object({
    key: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    mimeType: z.string(),
    durationMs: z.number().optional(),
  }),
  createdAt: z.number(),
  completedAt: z.number().optional(),
  metadata: z.record(z.string(), z.unknown()),
  incomplete: z
    .object({
      part: z.number(),
      parts: z.number(),
      from: z.number(),
      to: z.number(),
      missing: z.array(z.tuple([z.number(), z.number()])),
    })
    .optional(),
});

/** A recording that is complete. */
export interface KeptRecording {
  /** E-mail address. */
  readonly owner: string;
  readonly recording: Omit<Recording, 'userId'>;
}

/** What lies beside the audio, so that a recording can be read without the database. */
export function writeRecordingFile(recording: Recording, owner: string): string {
  const { userId: _, status: __, error: ___, waiting: ____, ...kept } = recording;
  return `${JSON.stringify({ format: FORMAT, owner, ...kept }, undefined, 2)}\n`;
}

/** Undefined for what is no such file. */
export function readRecordingFile(text: string): KeptRecording | undefined {
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { format: _, owner, ...kept } = parsed.data;
  const { notes, folderId, source, meetingDate, completedAt, file } = kept;
  const optional = { notes, folderId, source, meetingDate, completedAt };
  const { durationMs } = file;
  return {
    owner,
    recording: { ...kept, ...optional, status: 'COMPLETED', error: undefined, file: { ...file, durationMs } },
  };
}
