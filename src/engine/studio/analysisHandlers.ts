import type { Handlers } from '../../shared/contract/handlers.ts';
import type { analysisRequests } from '../../shared/contract/review.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { StudioParts } from './studio.ts';

/** How far the analysis is, and what it found out. */
export function analysisHandlers(
  { analysis }: StudioParts,
  recording: (id: RecordingId) => Recording,
): Handlers<keyof typeof analysisRequests> {
  return {
    'review.explain': ({ recordingId, atSeconds }) => analysis.explain(recording(recordingId), atSeconds),
    'review.envelope': ({ recordingId, ...stretch }) => analysis.envelope(recording(recordingId), stretch),
    'analysis.state': () => analysis.state,
    'analysis.pause': ({ paused }) => analysis.pause(paused),
    'analysis.detect': (scope) => analysis.detect(scope),
    'analysis.settings': ({ sourceId }) => analysis.detections.of(sourceId),
  };
}
