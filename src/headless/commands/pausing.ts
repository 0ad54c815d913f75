import { once } from 'node:events';
import type { StudioLink } from '../../engine/platform/controlClient.ts';
import type { Source } from '../../shared/contract/requests.ts';
import type { SourceId } from '../../shared/units.ts';

/** A recorder that has not said by then what it does is not waited for. */
const PATIENCE_MS = 5000;

/**
 * All sources, once those of `ids` that are armed are paused, or no longer so: the recorder says that a moment after it
 * was told to. At the latest after `patienceMs`, as they are then.
 */
export async function untilPaused(
  link: StudioLink,
  ids: readonly SourceId[],
  paused: boolean,
  patienceMs = PATIENCE_MS,
): Promise<readonly Source[]> {
  const patience = AbortSignal.timeout(patienceMs);
  const over = once(patience, 'abort');
  let wake = (): void => undefined;
  const unsubscribe = link.onEvent((name) => {
    if (name === 'sources.status') wake();
  });
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const list = await link.request('sources.list', {});
      if (patience.aborted || list.every((source) => !ids.includes(source.config.id) || isSo(source, paused)))
        return list;
      await Promise.race([changed, over]);
    }
  } finally {
    unsubscribe();
  }
}

function isSo({ status: { state } }: Source, paused: boolean): boolean {
  return state === 'disarmed' || (state === 'paused') === paused;
}
