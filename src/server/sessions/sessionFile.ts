import { z } from 'zod';
import { BEATS, type Session, SESSION_STATUSES } from '../model.ts';

const FORMAT = 'longtake session 1';

const fileSchema = z.object({
  format: z.literal(FORMAT),
  owner: z.string(),
  id: z.string(),
  mimeType: z.string(),
  status: z.enum(SESSION_STATUSES),
  outOfOrder: z.boolean(),
  whole: z.boolean(),
  title: z.string().optional(),
  source: z.string().optional(),
  startedAt: z.string().optional(),
  beat: z.enum(BEATS),
  beatAt: z.number(),
  pausedMs: z.number(),
  createdAt: z.number(),
  lastSeenAt: z.number(),
  finalizedAt: z.number().optional(),
  recordingId: z.number().optional(),
  error: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()),
  clientKey: z.string().optional(),
  clientRecording: z.string().optional(),
});

/** A session without what its chunks themselves tell. */
export interface KeptSession {
  /** E-mail address: numbers of users end with the database. */
  readonly owner: string;
  readonly session: Omit<Session, 'userId' | 'chunkCount' | 'expectedIndex' | 'bytes'>;
}

/** What lies beside the chunks, so that a session can be read without the database. */
export function writeSessionFile(session: Session, owner: string): string {
  const { userId: _, chunkCount: __, expectedIndex: ___, bytes: ____, ...kept } = session;
  return `${JSON.stringify({ format: FORMAT, owner, ...kept }, undefined, 2)}\n`;
}

/** Undefined for what is no such file. */
export function readSessionFile(text: string): KeptSession | undefined {
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { format: _, owner, ...kept } = parsed.data;
  const { title, source, startedAt, finalizedAt, recordingId, error } = kept;
  return { owner, session: { ...kept, title, source, startedAt, finalizedAt, recordingId, error } };
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
