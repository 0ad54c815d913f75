import { join } from 'node:path';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { SourceId } from '../../shared/units.ts';
import { type Millis, millis, samples, samplesToMillis } from '../../shared/units.ts';
import type { RecorderContext } from './context.ts';
import { endGap } from './gaps.ts';
import type { Interrupted } from './protocol.ts';
import { repairFile } from './repair.ts';

/** Where a source's next gap begins: what was lost with the recorder before. */
export type Loss = { readonly kind: 'gap'; readonly gap: Gap } | { readonly kind: 'end'; readonly at: Millis };

/**
 * Makes the recordings that an earlier recorder left open playable, notes their true duration, and tells for each
 * source since when nothing was captured. Gaps of sources that are not armed again end now.
 */
export async function mendInterrupted(
  context: RecorderContext,
  interrupted: Interrupted,
): Promise<Map<SourceId, Loss>> {
  const losses = new Map<SourceId, Loss>();
  const resumed = new Set(interrupted.resumed);
  for (const recording of interrupted.recordings) {
    const endedAt = await mend(context, recording);
    if (!resumed.has(recording.sourceId)) continue;
    const known = losses.get(recording.sourceId);
    if (!known || (known.kind === 'end' && known.at < endedAt)) {
      losses.set(recording.sourceId, { kind: 'end', at: endedAt });
    }
  }
  for (const gap of interrupted.gaps) {
    if (resumed.has(gap.sourceId)) losses.set(gap.sourceId, { kind: 'gap', gap });
    else endGap(context, gap, context.clock.now());
  }
  return losses;
}

/** Returns the wall-clock instant of the last sample that is on disk. */
async function mend(context: RecorderContext, recording: Recording): Promise<Millis> {
  const path = join(recording.root, recording.path);
  const writtenAt = (await context.fileSystem.stat(path))?.modifiedAt;
  const mended = await inspectAndRepair(context, recording, path);
  const { root, ...row } = mended;
  context.ledger.write(root, { type: 'recording', at: context.clock.now(), recording: row });
  context.emit({ type: 'recording', recording: mended });
  const duration = samplesToMillis(samples(mended.samples), Math.max(1, mended.format.sampleRate));
  // A stream begins with a burst of audio from before, so its duration may reach past the instant of the last write.
  return millis(Math.min(mended.startedAt + duration, writtenAt ?? Number.POSITIVE_INFINITY));
}

async function inspectAndRepair(context: RecorderContext, recording: Recording, path: string): Promise<Recording> {
  try {
    const { samples: found, bytes } = await repairFile(context.fileSystem, path);
    return { ...recording, samples: found, bytes, state: 'repaired' };
  } catch (error) {
    context.log.error('An unfinished recording could not be repaired; the file is left as it is.', {
      path,
      error: String(error),
    });
    return { ...recording, state: 'damaged' };
  }
}
