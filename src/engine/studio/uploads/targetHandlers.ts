import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { targetRequests } from '../../../shared/contract/uploads.ts';
import type { StudioParts } from '../studio.ts';

/** Adding, changing and trying targets. */
export function targetHandlers({ targets }: StudioParts): Handlers<keyof typeof targetRequests> {
  return {
    'targets.list': () => targets.list(),
    'targets.add': async (draft) => targets.describe(await targets.add(draft)),
    'targets.update': async ({ id, draft }) => targets.describe(await targets.update(id, draft)),
    'targets.remove': ({ id }) => targets.remove(id),
    'targets.probe': async ({ draft, id }) => ({ message: await targets.probe(draft, id) }),
  };
}
