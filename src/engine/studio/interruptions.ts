import type { SourceStatus } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import type { Interrupted } from '../recorder/protocol.ts';

/**
 * Since when nothing is captured of sources that should be recording, where neither an unfinished recording nor an open
 * gap tells: their recorder ended between two connections, or closed its files because this program ended.
 */
export class Interruptions {
  readonly #since = new Map<SourceId, number>();

  /** `at`: ms since 1970 UTC. What is known from before stays. */
  begin(id: SourceId, at: number): void {
    if (!this.#since.has(id)) this.#since.set(id, at);
  }

  /** The recorder of these sources ended. One that never began has nothing to resume: its gap begins at its arming. */
  crashed(statuses: readonly SourceStatus[], at: number): void {
    for (const { sourceId, state } of statuses) {
      if (state !== 'arming' && state !== 'disarmed') this.begin(sourceId, at);
    }
  }

  heard({ sourceId, state }: SourceStatus): void {
    if (state === 'recording') this.#since.delete(sourceId);
  }

  forget(id: SourceId): void {
    this.#since.delete(id);
  }

  list(): Interrupted['left'] {
    return [...this.#since].map(([sourceId, at]) => ({ sourceId, at }));
  }
}
