import type { clipRequests } from '../../shared/contract/clips.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import { areFineEnough, type PeakRange } from '../analysis/peakRange.ts';
import { livePeaks } from './livePicture.ts';
import type { StudioParts } from './studio.ts';

/** Playing and drawing any part of any recording. */
export function clipHandlers({ media, analyst, analysis }: StudioParts): Handlers<keyof typeof clipRequests> {
  return {
    'clips.prepare': ({ recordingId, fromSeconds, toSeconds }) =>
      media.prepareClip(recordingId, fromSeconds, toSeconds),
    'recordings.playable': ({ id }) => media.playable(id),
    'recordings.peaksOf': async ({ id, ...range }) => {
      const sampled = ({ fromSeconds, toSeconds, points }: PeakRange) => {
        const { recording, slice } = media.sliceOf(id, fromSeconds, toSeconds);
        return analyst.slicePeaks(recording, slice, points);
      };
      const { recording } = media.sliceOf(id, range.fromSeconds, range.toSeconds);
      const isCoarse = areFineEnough(range.toSeconds - range.fromSeconds, range.points);
      if (recording.state !== 'recording' || !isCoarse) return sampled(range);
      const measured = (resolution: number, first: number, end: number) =>
        analysis.livePeaks(id, resolution, first, end);
      return { ...(await livePeaks(range, { measured, sampled })), exact: false };
    },
  };
}
