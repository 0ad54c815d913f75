import type { EventName, EventPayload } from '../../shared/contract/events.ts';

export type EventListener = <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;

/** Hands the studio's events to every face. */
export class Emitter {
  readonly #listeners = new Set<EventListener>();

  /** Returns a function that ends the subscription. */
  on(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit: EventListener = (name, payload) => {
    for (const listener of this.#listeners) listener(name, payload);
  };
}
