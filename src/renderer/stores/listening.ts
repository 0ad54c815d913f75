import { request } from '../bridge/bridge.ts';
import type { Lane } from '../../shared/contract/review.ts';
import type { Section, SoundEvent } from '../../shared/domain/section.ts';
import type { EventId, RecordingId, SectionId } from '../../shared/units.ts';
import { filterStore } from './filter.ts';
import { playerStore } from './player.ts';
import { type EventQueue, setHomeQueue } from './playerQueue.ts';
import { boundsOf } from './period.ts';
import { reviewStore, scopeOf } from './review.ts';
import { timelineStore } from './timeline.ts';

/** All events of the days in view that the filter means, in order of time. */
export const dayQueue: EventQueue = {
  place: (event) => {
    const { current, place } = reviewStore.getState();
    return current?.id === event.id ? place : undefined;
  },
  peek: async (from) => {
    const filter = scopeOf(reviewStore.getState().period, filterStore.getState().filter);
    return (await request('review.step', { filter, direction: 'next', at: from.from })).event;
  },
  step: (from, direction, unreviewed) => {
    const next = stepping.then(() => {
      const { current, period, step } = reviewStore.getState();
      const bounds = boundsOf(period);
      // What was chosen last goes before what was played last; what is not in view is no place to go on from.
      const start = [current, from].find((event) => event && event.to > bounds.from && event.from < bounds.to);
      return step(start, direction, unreviewed);
    });
    stepping = next.catch(() => undefined);
    return next;
  },
};

/** Steps follow one another, however fast the key is pressed. */
let stepping: Promise<unknown> = Promise.resolve();

/** What J and K go through, and what verdicts are about, are kept in step with the player. Returns the end of it. */
export function followEvents(): () => void {
  setHomeQueue(dayQueue);
  const end = playerStore.subscribe(({ clip }, before) => {
    if (!clip || clip.event === before.clip?.event) return;
    reviewStore.getState().choose(clip.event);
    timelineStore.getState().reveal(clip.event.from);
  });
  return () => {
    end();
    setHomeQueue(undefined);
  };
}

/** Chooses an event and plays it. */
export async function listen(event: SoundEvent): Promise<void> {
  reviewStore.getState().choose(event);
  await playerStore.getState().playEvent(event, dayQueue);
  const place = await reviewStore.getState().locate(event);
  if (place && playerStore.getState().clip?.event.id === event.id) playerStore.setState({ place });
}

/** Makes the event of a section ready to sound. */
export async function prepareSection(id: SectionId): Promise<void> {
  const event = await eventOf(id);
  if (event) playerStore.getState().prepare(event);
}

/** The event that a section belongs to, as far as it is known; else one of this section alone. */
export async function eventOf(id: SectionId): Promise<SoundEvent | undefined> {
  const { events, current } = reviewStore.getState();
  const known = [...events, ...(current ? [current] : [])].find(({ sections }) =>
    sections.some((one) => one.id === id),
  );
  if (known) return known;
  const [recordingId = ''] = id.split(':', 1);
  const sections = await request('review.sections', { recordingId: recordingId as RecordingId });
  const section = sections.find((one) => one.id === id);
  return section && alone(section);
}

function alone(section: Section): SoundEvent {
  const { id, from, to, score, verdict } = section;
  const event = { id: id as string as EventId, from, to, score, sections: [section] };
  return verdict === undefined ? event : { ...event, verdict };
}

/** Plays a recording from an instant on. */
export async function listenAt({ recordingId }: Lane['extents'][number], at: number): Promise<void> {
  const recording = await request('library.recording', { id: recordingId });
  await playerStore.getState().openAt(recording, Math.max(0, (at - recording.startedAt) / 1000));
}

/** Opens the whole recording where a section begins. */
export async function openInFile(section: Section): Promise<void> {
  const recording = await request('library.recording', { id: section.recordingId });
  await playerStore.getState().openAt(recording, section.fromSeconds);
}
