import type { EventName, EventPayload } from '../../shared/contract/events.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { SourceId } from '../../shared/units.ts';

/** What one page watches. */
export interface Watcher {
  /** Its own handlers: what it watches is added to what the others do. */
  readonly handlers: Handlers;
  /** The event as this page is to hear of it; undefined: not at all. */
  filter<Name extends EventName>(name: Name, payload: EventPayload<Name>): EventPayload<Name> | undefined;
  leave(): void;
}

/** The studio counts one window; of several pages, each watches what it likes. */
export class Watching {
  readonly #handlers: Handlers;
  readonly #levels = new Map<object, readonly SourceId[]>();
  readonly #devices = new Set<object>();

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  join(): Watcher {
    const page = {};
    const setLevels = async (ids: readonly SourceId[]): Promise<void> => {
      if (ids.length === 0) this.#levels.delete(page);
      else this.#levels.set(page, ids);
      await this.#handlers['levels.watch']({ ids: [...new Set([...this.#levels.values()].flat())] });
    };
    const setDevices = async (watch: boolean): Promise<void> => {
      if (watch) this.#devices.add(page);
      else this.#devices.delete(page);
      // Another call begins anew, so that this page, too, hears what is there now.
      if (watch || this.#devices.size === 0) await this.#handlers['devices.watch']({ watch });
    };
    return {
      handlers: {
        ...this.#handlers,
        'levels.watch': ({ ids }) => setLevels(ids),
        'devices.watch': ({ watch }) => setDevices(watch),
      },
      filter: (name, payload) => {
        if (name === 'devices.changed') return this.#devices.has(page) ? payload : undefined;
        if (name !== 'levels') return payload;
        const watched = this.#levels.get(page) ?? [];
        const levels = (payload as EventPayload<'levels'>).filter(({ sourceId }) => watched.includes(sourceId));
        return levels.length > 0 ? (levels as typeof payload) : undefined;
      },
      leave: () => {
        if (this.#levels.has(page)) void setLevels([]);
        if (this.#devices.has(page)) void setDevices(false);
      },
    };
  }
}
