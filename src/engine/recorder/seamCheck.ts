import type { Recording, Seam } from '../../shared/domain/recording.ts';
import { nextSample } from '../../shared/domain/recordingFile.ts';
import type { LiveRecording } from './liveRecording.ts';
import type { Hole } from './nextRecording.ts';

/** How a recording follows the one before it, in its row. */
export interface SeamProof {
  readonly seam: Seam;
  readonly missingSamples?: number;
}

/** What is known of the seam of a recording while the one before it is not closed yet. */
export function openSeam(joins: boolean, hole: Hole | undefined): SeamProof {
  if (!joins) return { seam: 'first' };
  return hole ? missing(hole.samples) : { seam: 'unverified' };
}

/**
 * The proof of a seam once the recording before it is closed, from the counters of both: `before` is how it was left on
 * disk, undefined when it never had a file.
 */
export function verifiedSeam(
  live: LiveRecording,
  hole: Hole | undefined,
  previous: LiveRecording,
  before: Recording | undefined,
): SeamProof {
  const { firstSample = 0 } = live.recording;
  const end = (before ? nextSample(before) : previous.recording.firstSample) ?? firstSample;
  const lost = Math.max(0, firstSample - end);
  return lost === 0 && hole?.isKnown !== false ? { seam: 'gapless' } : missing(lost);
}

/** The same for two recordings of one connection that were mended after a crash. */
export function mendedSeam(after: Recording, before: Recording): SeamProof {
  const { firstSample } = after;
  const end = nextSample(before);
  if (firstSample === undefined || end === undefined) return { seam: after.seam };
  return firstSample > end ? missing(firstSample - end) : { seam: 'gapless' };
}

/** An amount of 0 is an unknown one. */
function missing(samples: number): SeamProof {
  return samples > 0 ? { seam: 'missing', missingSamples: Math.round(samples) } : { seam: 'missing' };
}
