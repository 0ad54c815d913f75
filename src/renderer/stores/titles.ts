import { createStore, useStore } from 'zustand';
import { request, type RequestOutput } from '../bridge/bridge.ts';
import type { Title } from '../../shared/domain/title.ts';
import type { RecordingId } from '../../shared/units.ts';
import { attempt } from './notices.ts';
import { playerStore } from './player.ts';

export type PlacedTitle = RequestOutput<'recordings.titles'>[number];

interface TitlesState {
  /** Whose titles these are. */
  readonly id: RecordingId | undefined;
  /** In order of position. */
  readonly titles: readonly PlacedTitle[];
  load(id: RecordingId | undefined): Promise<void>;
  /** A title came on air in some recording. */
  apply(title: Title): void;
}

/** What was on air in the recording that the player shows. */
export const titlesStore = createStore<TitlesState>()((set, get) => ({
  id: undefined,
  titles: [],
  async load(id) {
    set(id === get().id ? { id } : { id, titles: [] });
    if (id === undefined) return;
    const titles = await request('recordings.titles', { id });
    if (get().id === id) set({ titles });
  },
  apply({ recordingId }) {
    if (recordingId === get().id) attempt(get().load(recordingId));
  },
}));

/** Keeps the titles those of the recording in the player. Returns the end of it. */
export function followPlayer(): () => void {
  return playerStore.subscribe((state, before) => {
    if (state.recording?.id !== before.recording?.id) attempt(titlesStore.getState().load(state.recording?.id));
  });
}

export function useTitles<Selected>(select: (state: TitlesState) => Selected): Selected {
  return useStore(titlesStore, select);
}

/** The index of the title that is on air at a position in ms; -1 before the first. */
export function onAirAt(titles: readonly PlacedTitle[], positionMs: number): number {
  return titles.findLastIndex((title) => title.positionMs <= positionMs);
}
