import type { Section, SoundEvent } from '../../shared/domain/section.ts';
import type { EventId } from '../../shared/units.ts';

/** An event and where it stands among those that are gone through. */
export interface QueuePlace {
  readonly event: SoundEvent;
  /** From 0. */
  readonly index: number;
  readonly total: number;
}

export type Direction = -1 | 1;

/** What K and J go through: the chips of a day, or all events that a filter means. */
export interface EventQueue {
  /** Undefined: it is not known without asking, or the event is none of them. */
  place(event: SoundEvent): Omit<QueuePlace, 'event'> | undefined;
  /**
   * The event after (1) or before (-1) another one; without one, the first or the last. `unreviewed`: passes over those
   * with a verdict. Undefined: there is none.
   */
  /** The event after another one; nothing else changes by it. For making it ready. */
  peek?(from: SoundEvent): Promise<SoundEvent | undefined>;
  step(from: SoundEvent | undefined, direction: Direction, unreviewed: boolean): Promise<QueuePlace | undefined>;
}

/** A section as an event of its own. */
export function eventOf(section: Section): SoundEvent {
  const { id, from, to, score, verdict } = section;
  const event = { id: id as string as EventId, from, to, score, sections: [section] };
  return verdict === undefined ? event : { ...event, verdict };
}

/** A queue of events that are all known, in the order in which they are given. */
export function queueOf(events: readonly SoundEvent[]): EventQueue {
  const indexOf = (event: SoundEvent): number => events.findIndex(({ id }) => id === event.id);
  return {
    place: (event) => {
      const index = indexOf(event);
      return index < 0 ? undefined : { index, total: events.length };
    },
    peek: async (from) => events[indexOf(from) + 1],
    step: async (from, direction, unreviewed) => {
      const wanted = ({ verdict }: SoundEvent): boolean => !unreviewed || verdict === undefined;
      const here = from ? indexOf(from) : -1;
      const index =
        direction === 1
          ? events.findIndex((event, at) => at > here && wanted(event))
          : events.findLastIndex((event, at) => (here < 0 || at < here) && wanted(event));
      const event = events[index];
      return event && { event, index, total: events.length };
    },
  };
}

let home: EventQueue | undefined;

/** What K and J go through while no other queue was chosen: the events of the day that is shown. */
export function setHomeQueue(queue: EventQueue | undefined): void {
  home = queue;
}

export const homeQueue = (): EventQueue | undefined => home;
