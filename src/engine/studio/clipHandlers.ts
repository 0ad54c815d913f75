import type { clipRequests } from '../../shared/contract/clips.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { StudioParts } from './studio.ts';

/** Playing and drawing any part of any recording. */
export function clipHandlers({ media, analyst }: StudioParts): Handlers<keyof typeof clipRequests> {
  return {
    'clips.prepare': ({ recordingId, fromSeconds, toSeconds }) =>
      media.prepareClip(recordingId, fromSeconds, toSeconds),
    'recordings.playable': ({ id }) => media.playable(id),
    'recordings.peaksOf': ({ id, fromSeconds, toSeconds, points }) => {
      const { recording, slice } = media.sliceOf(id, fromSeconds, toSeconds);
      return analyst.slicePeaks(recording, slice, points);
    },
  };
}
