import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { targetRequests, uploadRequests } from '../../../shared/contract/uploads.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { StudioParts } from '../studio.ts';

/** Targets, and what goes to them. */
export function uploadHandlers({
  ports,
  targets,
  uploads,
}: StudioParts): Handlers<keyof typeof targetRequests | keyof typeof uploadRequests> {
  return {
    'targets.list': () => targets.list(),
    'targets.add': async (draft) => {
      const target = await targets.add(draft);
      uploads.targetChanged(target.id);
      return targets.describe(target);
    },
    'targets.update': async ({ id, draft }) => {
      const target = await targets.update(id, draft);
      uploads.targetChanged(id);
      return targets.describe(target);
    },
    'targets.remove': async ({ id }) => {
      await targets.remove(id);
      await uploads.targetRemoved(id);
    },
    'targets.probe': async ({ draft, id }) => ({ message: await targets.probe(draft, id) }),

    'uploads.list': (filter) => uploads.list(filter),
    'uploads.ofRecordings': ({ ids }) => uploads.ofRecordings(ids),
    'uploads.start': ({ recordingIds, targetIds }) => ({ started: uploads.begin(recordingIds, targetIds) }),
    'uploads.retry': (chosen) => uploads.queue.retry(chosen),
    'uploads.pause': (chosen) => uploads.queue.pause(chosen),
    'uploads.resume': (chosen) => uploads.queue.resume(chosen),
    'uploads.finish': ({ id }) => uploads.queue.finish(id),
    'uploads.discard': ({ id }) => uploads.queue.discard(id),
    'uploads.whole': ({ id }) => uploads.queue.whole(id),
    'uploads.openPage': async ({ id }) => {
      const page = uploads.page(id);
      if (ports.desktop.openPage) return ports.desktop.openPage(page);
      throw new LongtakeError('NOT_ALLOWED', 'There is no browser where this studio runs. Copy the link instead.');
    },
    'uploads.transfers': () => uploads.transfers(),
    'uploads.recovered': () => uploads.recovered(),
  };
}
