import { join } from 'node:path';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import { type Millis, millis, samples, samplesToMillis } from '../../shared/units.ts';
import { type ClockSetting, onClockOfNow } from './clockRecord.ts';
import type { RecorderContext } from './context.ts';
import { endGap, gapStart } from './gaps.ts';
import { inspectFile } from './inspect.ts';
import { playedByLastPage, statedSamples } from './inspectParts.ts';
import type { Interrupted } from './protocol.ts';
import { leftUnmended, repairIfPossible } from './repair.ts';
import { mendedSeam } from './seamCheck.ts';

/** Where a source's next gap begins: what was lost with the recorder before. */
export type Loss = { readonly kind: 'gap'; readonly gap: Gap } | { readonly kind: 'end'; readonly at: Millis };

/** Recording does not wait longer than this for a disk to tell when a file was last written. */
const LOOK_MS = 2000;
/** Is read whole in no time. */
const SHORT_FILE_BYTES = 4 * 1024 * 1024;
/** A recorder that lives writes at least this often while audio comes, with some room. */
const WRITING_MS = 1000;

/** What is known of an interrupted recording before it is mended. */
interface FoundEnd {
  readonly at: Millis;
  /** What is on disk, ms, where that is quick to find out. */
  readonly lengthMs?: number;
}

export interface Losses {
  readonly bySource: Map<SourceId, Loss>;
  /** Lengths of recordings that are still to be mended, as far as known, ms. */
  readonly lengths: ReadonlyMap<RecordingId, number>;
}

/**
 * Tells for each source that is armed again since when nothing was captured. Gaps of sources that are not armed again
 * end now. Quick: it is what a person who waits for their recording to go on waits for. `clock`: how it
 * stood until then; instants of before are told by the clock of now.
 */
export async function findLosses(
  context: RecorderContext,
  interrupted: Interrupted,
  clock: Promise<readonly ClockSetting[]>,
): Promise<Losses> {
  const losses = new Map<SourceId, Loss>();
  const lengths = new Map<RecordingId, number>();
  const resumed = new Set(interrupted.resumed);
  const looking = interrupted.recordings
    .filter(({ sourceId }) => resumed.has(sourceId))
    .map(async (recording) => ({ ...recording, end: await endOf(context, recording) }));
  const [settings, ends] = await Promise.all([clock, Promise.all(looking)]);
  const now = context.clock.now();
  const told = (at: number): Millis => onClockOfNow(at, settings, now);
  for (const { id, sourceId, end } of ends) {
    if (!end) continue;
    if (end.lengthMs !== undefined) lengths.set(id, end.lengthMs);
    const known = losses.get(sourceId);
    const at = told(end.at);
    if (known?.kind !== 'end' || known.at < at) losses.set(sourceId, { kind: 'end', at });
  }
  for (const { sourceId, at } of interrupted.left) {
    if (resumed.has(sourceId) && !losses.has(sourceId)) losses.set(sourceId, { kind: 'end', at: told(at) });
  }
  for (const open of interrupted.gaps) {
    const gap = { ...open, ...gapStart(context.clock, told(open.from)) };
    if (resumed.has(gap.sourceId)) losses.set(gap.sourceId, { kind: 'gap', gap });
    else endGap(context, gap, now);
  }
  return { bySource: losses, lengths };
}

/**
 * Makes the recordings that an earlier recorder left open playable, and notes their true duration. One after another,
 * beside the recording that goes on.
 */
export async function mendRecordings(
  context: RecorderContext,
  recordings: readonly Recording[],
  onMended: (recording: Recording) => void,
): Promise<void> {
  const inOrder = recordings.toSorted((a, b) => (a.firstSample ?? 0) - (b.firstSample ?? 0));
  const files = inOrder.map((recording) => ({ recording, path: join(recording.root, recording.path) }));
  const alive = await Promise.all(files.map(({ path }) => isBeingWritten(context, path)));
  /** The last one of each connection. */
  const mended = new Map<string, Recording>();
  for (const [index, { recording, path }] of files.entries()) {
    if (alive[index]) {
      context.log.warn('An unfinished recording is being written by another program and is left to it.', { path });
      continue;
    }
    const { root, ...row } = withSeam(await mend(context, recording, path), mended);
    context.ledger.write(root, { type: 'recording', at: context.clock.now(), recording: row });
    context.emit({ type: 'recording', recording: { root, ...row } });
    onMended({ root, ...row });
  }
}

/** A recording that was open together with the one before it is judged now that both are whole. */
function withSeam(recording: Recording, mended: Map<string, Recording>): Recording {
  const { connection } = recording;
  if (connection === undefined) return recording;
  const before = mended.get(connection);
  const judged =
    recording.seam === 'unverified' && before ? { ...recording, ...mendedSeam(recording, before) } : recording;
  mended.set(connection, judged);
  return judged;
}

/** Wall-clock instant of the last sample that is on disk; nothing when the disk does not tell. */
async function endOf(context: RecorderContext, recording: Recording): Promise<FoundEnd | undefined> {
  const path = join(recording.root, recording.path);
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LOOK_MS);
  });
  try {
    return await Promise.race([lookAtEnd(context, recording, path), tooLong]);
  } catch (error) {
    context.log.warn('The end of an unfinished recording is not known.', { path, error: String(error) });
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function lookAtEnd(context: RecorderContext, recording: Recording, path: string): Promise<FoundEnd> {
  const found = await context.fileSystem.stat(path);
  if (found === undefined) return { at: millis(recording.startedAt) };
  const { bytes, modifiedAt } = found;
  const duration = await durationOnDisk(context, recording, path, bytes);
  // MP3 and AAC would have to be read whole; they were written as they came.
  if (duration === undefined) return { at: millis(Math.max(recording.startedAt, modifiedAt)) };
  return { at: millis(Math.min(recording.startedAt + duration, modifiedAt)), lengthMs: duration };
}

/** What is quick to find out, ms: of short files by reading them, of long ones from a header or last page that is true. */
async function durationOnDisk(
  { fileSystem }: RecorderContext,
  { container, format }: Recording,
  path: string,
  bytes: number,
): Promise<number | undefined> {
  if (container === 'wav' || bytes <= SHORT_FILE_BYTES) {
    try {
      const inspection = await inspectFile(fileSystem, path);
      return samplesToMillis(samples(inspection.samples), Math.max(1, inspection.format.sampleRate));
    } catch (error) {
      // It was opened, and holds nothing yet.
      if (isDamaged(error)) return 0;
      throw error;
    }
  }
  if (container !== 'flac' && container !== 'ogg') return undefined;
  const file = await fileSystem.openForReading(path);
  try {
    const stated = await (container === 'flac' ? statedSamples(file) : playedByLastPage(file));
    return stated === undefined ? undefined : samplesToMillis(samples(stated), Math.max(1, format.sampleRate));
  } finally {
    await file.close();
  }
}

function isDamaged(error: unknown): boolean {
  return error instanceof LongtakeError && error.code === 'DAMAGED';
}

/** Two studios may share a folder: what grows is not ours to mend. */
async function isBeingWritten({ clock, fileSystem, log }: RecorderContext, path: string): Promise<boolean> {
  try {
    const before = await fileSystem.stat(path);
    if (!before || clock.now() - before.modifiedAt > WRITING_MS) return false;
    await new Promise<void>((resolve) => setTimeout(resolve, WRITING_MS));
    const now = await fileSystem.stat(path);
    return now !== undefined && (now.bytes !== before.bytes || now.modifiedAt !== before.modifiedAt);
  } catch (error) {
    log.warn('An unfinished recording cannot be looked at.', { path, error: String(error) });
    return false;
  }
}

async function mend(context: RecorderContext, recording: Recording, path: string): Promise<Recording> {
  try {
    const found = await repairIfPossible(context.fileSystem, path, (error) =>
      context.log.warn('The disk refused to mend an unfinished recording; the file is left as it is.', {
        path,
        error: String(error),
      }),
    );
    return { ...recording, samples: found.samples, bytes: found.bytes, state: 'repaired', ...leftUnmended(found) };
  } catch (error) {
    context.log.error('An unfinished recording could not be repaired; the file is left as it is.', {
      path,
      error: String(error),
    });
    // While it was open, it was said to hold what was about to be written.
    return { ...recording, ...(isDamaged(error) ? { samples: 0 } : {}), state: 'damaged' };
  }
}
