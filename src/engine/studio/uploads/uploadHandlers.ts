import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { targetRequests, uploadRequests } from '../../../shared/contract/uploads.ts';
import type { StudioParts } from '../studio.ts';

/** Targets, and what goes to them. */
export function uploadHandlers({
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
    'uploads.transfers': () => uploads.transfers(),
    'uploads.recovered': () => uploads.recovered(),
  };
}
