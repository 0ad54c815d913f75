import type { ServerContext } from '../context.ts';
import type { Job, MadePart } from '../database/database.ts';
import type { Chunk, Incomplete, Recording, RecordingFile, Session } from '../model.ts';
import { audioKey, recordingKey } from '../storage/keys.ts';
import { ChunkReader } from './chunkReader.ts';
import { FILES } from './media.ts';
import { StitchProblem } from './problem.ts';
import { writeRecordingFile } from './recordingFile.ts';
import type { Remux } from './remuxed.ts';
import { stitch } from './stitch.ts';

interface Asked {
  readonly job: Job;
  readonly session: Session;
  readonly remux: Remux;
  readonly signal: AbortSignal;
}

type PartRecording = Recording & { readonly incomplete: Incomplete };

/** Makes each recording of a session of which chunks are missing; what cannot be made has a sentence that says why. */
export async function makeParts(
  context: ServerContext,
  { session, remux, signal }: Asked,
): Promise<{ readonly parts: readonly MadePart[]; readonly error: string }> {
  const { database, storage } = context;
  const chunks = await database.sessions.chunks(session.id);
  const recordings = (await database.recordings.ofSession(session.id)).filter(isPart);
  const [first] = recordings;
  if (!first) throw new StitchProblem('Its recordings were deleted.');
  const begin = chunks.filter(({ index }, at) => index === at + 1);
  const start = begin.length > 0 ? new ChunkReader(storage, session.id, begin) : undefined;
  const parts: MadePart[] = [];
  for (const recording of recordings) {
    const { from, to } = recording.incomplete;
    const own = chunks.filter(({ index }) => index >= from && index <= to);
    const reader = from === 1 && start ? start : new ChunkReader(storage, session.id, own);
    try {
      const file = await makePart(context, recording, { session, remux, signal, reader, start });
      parts.push({ recordingId: recording.id, file });
    } catch (error) {
      if (!(error instanceof StitchProblem)) throw error;
      parts.push({ recordingId: recording.id, error: error.message });
    }
  }
  return { parts, error: sentenceOf(first.incomplete, chunks) };
}

interface PartAsked extends Omit<Asked, 'job'> {
  readonly reader: ChunkReader;
  readonly start: ChunkReader | undefined;
}

async function makePart(
  { config, database, storage, now }: ServerContext,
  recording: PartRecording,
  { session, remux, signal, reader, start }: PartAsked,
): Promise<RecordingFile> {
  const { key, bytes, sha256, durationMs, media } = await stitch({
    reader,
    mimeType: session.mimeType,
    whole: session.whole,
    part: { start },
    storage,
    keyFor: (extension) => audioKey(config.outputFolder, recording.id, extension),
    remux,
    signal,
  });
  const file: RecordingFile = { key, bytes, sha256, durationMs, mimeType: FILES[media].mimeType };
  const owner = await database.users.byId(session.userId);
  const done = { ...recording, status: 'COMPLETED' as const, error: undefined, file, completedAt: now() };
  const text = writeRecordingFile(done, owner?.email ?? '');
  await storage.writeText(recordingKey(config.outputFolder, recording.id), text);
  return file;
}

const isPart = (recording: Recording): recording is PartRecording => recording.incomplete !== undefined;

function sentenceOf({ missing }: Incomplete, chunks: readonly Chunk[]): string {
  return `Missing: ${gapsOf(missing)}. The ${chunks.length} chunks that came are kept until the recording is deleted.`;
}

/** For people: "chunk 3, chunks 7 to 9". */
export function gapsOf(missing: Incomplete['missing']): string {
  return missing.map(([from, to]) => (from === to ? `chunk ${from}` : `chunks ${from} to ${to}`)).join(', ');
}
