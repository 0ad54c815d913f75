import type { Handlers } from '../../shared/contract/handlers.ts';
import type { reviewRequests } from '../../shared/contract/review.ts';
import type { StudioParts } from './studio.ts';

/** What was heard, and what a person says of it. */
export function reviewHandlers({ ports, review }: StudioParts): Handlers<keyof typeof reviewRequests> {
  return {
    'review.sections': ({ recordingId }) => [...review.sections(recordingId)],
    'review.setVerdict': ({ ids, verdict }) => review.setVerdict(ids, verdict ?? undefined),
    'review.setNote': ({ id, label, note }) => review.setNote(id, { label, note }),

    'markers.list': ({ from, to, sourceId }) => [...review.markers(from, to, sourceId)],
    'markers.add': ({ at, label, sourceId }) => review.addMarker(at ?? ports.clock.now(), label, sourceId),
    'markers.update': ({ id, label, at }) => review.updateMarker(id, label, at),
    'markers.remove': ({ id }) => review.removeMarker(id),
  };
}
