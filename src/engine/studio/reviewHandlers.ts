import type { Handlers } from '../../shared/contract/handlers.ts';
import type { reviewQueries, reviewRequests } from '../../shared/contract/review.ts';
import type { StudioParts } from './studio.ts';

/** What was heard, and what a person says of it. */
export function reviewHandlers({
  ports,
  review,
  library,
}: StudioParts): Handlers<keyof typeof reviewRequests | keyof typeof reviewQueries> {
  return {
    'review.highlights': async ({ filter, limit }) => {
      const { events, ...counts } = await library().review.highlights(filter, limit);
      return { events: [...events], ...counts };
    },
    'review.step': async ({ filter, at, direction, unreviewed }) => {
      const { event, ...place } = await library().review.step(filter, {
        at,
        direction,
        unreviewed: unreviewed === true,
      });
      return event ? { event, ...place } : place;
    },
    'review.timeline': async ({ from, to, filter, resolutionMs }) => {
      const options = { from, to, filter, resolutionMs, now: ports.clock.now() };
      return { lanes: [...(await library().review.lanes(options))] };
    },
    'library.find': async ({ filter, offset, limit }) => {
      const { ids, shown, total } = await library().review.find(filter, offset, limit);
      return { recordings: ids.flatMap((id) => library().recording(id) ?? []), shown, total };
    },
    'library.findDays': async ({ filter }) => {
      const { days, shown, total } = await library().review.findDays(filter);
      return { days: [...days], shown, total };
    },
    'library.calendar': async ({ fromDay, toDay, sourceIds }) => [
      ...(await library().review.calendar(fromDay, toDay, sourceIds)),
    ],

    'review.sections': ({ recordingId }) => [...review.sections(recordingId)],
    'review.setVerdict': ({ ids, verdict }) => review.setVerdict(ids, verdict ?? undefined),
    'review.setNote': ({ id, label, note }) => review.setNote(id, { label, note }),

    'markers.list': ({ from, to, sourceId }) => [...review.markers(from, to, sourceId)],
    'markers.add': ({ at, label, sourceId }) => review.addMarker(at ?? ports.clock.now(), label, sourceId),
    'markers.update': ({ id, label, at }) => review.updateMarker(id, label, at),
    'markers.remove': ({ id }) => review.removeMarker(id),
  };
}
