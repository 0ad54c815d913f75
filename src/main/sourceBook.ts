import type { Studio } from '../engine/studio/studio.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { Log } from '../shared/ports/log.ts';
import type { SourceId } from '../shared/units.ts';

export interface BookedSource {
  readonly id: SourceId;
  readonly name: string;
  readonly status: SourceStatus;
}

export type SourceBookStudio = Pick<Studio, 'onEvent'> & {
  readonly handlers: Pick<Studio['handlers'], 'sources.list'>;
};

/** What the desktop's parts of the program know of the sources, while there is no page to ask. */
export class SourceBook {
  readonly #studio: SourceBookStudio;
  readonly #log: Log;
  readonly #names = new Map<SourceId, string>();
  readonly #statuses = new Map<SourceId, SourceStatus>();

  constructor(studio: SourceBookStudio, log: Log) {
    this.#studio = studio;
    this.#log = log;
    studio.onEvent((name, payload) => {
      // The compiler cannot follow that the payload belongs to the name.
      if (name === 'sources.status') {
        const status = payload as SourceStatus;
        this.#statuses.set(status.sourceId, status);
      } else if (name === 'sources.changed') void this.read();
    });
  }

  /** Asks for all of them. */
  async read(): Promise<void> {
    try {
      const sources = await this.#studio.handlers['sources.list']({});
      this.#names.clear();
      for (const { config, status } of sources) {
        this.#names.set(config.id, config.name);
        this.#statuses.set(config.id, status);
      }
      for (const id of this.#statuses.keys()) if (!this.#names.has(id)) this.#statuses.delete(id);
    } catch (error) {
      this.#log.error('The sources could not be asked for.', { error: String(error) });
    }
  }

  /** In the order of the window. */
  list(): readonly BookedSource[] {
    return [...this.#names].flatMap(([id, name]) => {
      const status = this.#statuses.get(id);
      return status ? [{ id, name, status }] : [];
    });
  }

  /** When all that are armed are paused, the next thing to do is to resume them. */
  areAllPaused(): boolean {
    const armed = this.list().filter(({ status }) => status.state !== 'disarmed');
    return armed.length > 0 && armed.every(({ status }) => status.state === 'paused');
  }
}
