import { createStore, useStore } from 'zustand';
import { on, request } from '../bridge/bridge.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { Marker, Section, Verdict } from '../../shared/domain/section.ts';
import type { RecordingId, SectionId } from '../../shared/units.ts';
import { attempt } from './notices.ts';
import { playerStore } from './player.ts';
import { lengthOf } from './playerLength.ts';
import { sourcesStore } from './sources.ts';
import { forgetPrepared } from './playerStretch.ts';

/** Sections of a recording in progress come every second: they are asked for this long after the first change, ms. */
const STALE_DELAY_MS = 500;
/** Gaps are kept for so long before and after a recording, ms: they are what lies beside it. */
const BESIDE_MS = 1000;

interface PlayerMarksState {
  /** Whose marks these are. */
  readonly id: RecordingId | undefined;
  /** In the order of time. */
  readonly sections: readonly Section[];
  /** Of this source and of all, in the order of time. */
  readonly markers: readonly Marker[];
  /** Of its source: in it, and just before or after it. */
  readonly gaps: readonly Gap[];
  load(recording: Recording): Promise<void>;
  applySection(section: Section): void;
  applyVerdicts(ids: readonly SectionId[], verdict: Verdict | null): void;
  applyMarker(marker: Marker, removed: boolean): void;
}

const NOTHING = { sections: [], markers: [], gaps: [] } as const;

/** What is marked in the recording that the player shows. */
export const playerMarksStore = createStore<PlayerMarksState>()((set, get) => ({
  id: undefined,
  ...NOTHING,
  async load(recording) {
    const { id, sourceId, startedAt, day } = recording;
    if (get().id !== id) set({ id, ...NOTHING });
    // One that is being recorded goes on: markers are set in it now.
    const to = recording.state === 'recording' ? Number.MAX_SAFE_INTEGER : startedAt + lengthOf(recording) * 1000;
    const [sections, markers, gaps] = await Promise.all([
      request('review.sections', { recordingId: id }),
      request('markers.list', { from: startedAt, to: Math.min(to, LATEST), sourceId }),
      request('library.gaps', { day }),
    ]);
    if (get().id !== id) return;
    const own = gaps.filter(
      (gap) =>
        gap.sourceId === sourceId &&
        gap.from <= to + BESIDE_MS &&
        (gap.to ?? Number.MAX_SAFE_INTEGER) >= startedAt - BESIDE_MS,
    );
    set({ sections, markers, gaps: own });
  },
  applySection(section) {
    set({ sections: get().sections.map((other) => (other.id === section.id ? section : other)) });
  },
  applyVerdicts(ids, verdict) {
    const said = new Set<string>(ids);
    const { sections } = get();
    if (!sections.some(({ id }) => said.has(id))) return;
    set({ sections: sections.map((section) => (said.has(section.id) ? judged(section, verdict) : section)) });
  },
  applyMarker(marker, removed) {
    const { recording } = playerStore.getState();
    if (!recording) return;
    const others = get().markers.filter(({ id }) => id !== marker.id);
    const isHere = marker.sourceId === undefined || marker.sourceId === recording.sourceId;
    const isWithin = marker.at >= recording.startedAt && marker.at <= recording.startedAt + lengthOf(recording) * 1000;
    const stays = !removed && isHere && (isWithin || recording.state === 'recording');
    set({ markers: stays ? [...others, marker].toSorted((a, b) => a.at - b.at) : others });
  },
}));

/** The last instant that a request may name, ms since 1970 UTC: the end of the year 9999. */
const LATEST = 253_402_300_799_999;

function judged({ verdict: _before, ...section }: Section, verdict: Verdict | null): Section {
  return verdict === null ? section : { ...section, verdict };
}

/** Keeps the marks those of the recording in the player. Returns the end of it. */
export function followMarks(): () => void {
  const load = (): void => {
    const { recording } = playerStore.getState();
    if (recording) attempt(playerMarksStore.getState().load(recording));
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      load();
    }, STALE_DELAY_MS);
  };
  const ends = [
    playerStore.subscribe(({ recording }, before) => {
      if (recording && (recording.id !== before.recording?.id || recording.state !== before.recording.state)) load();
    }),
    sourcesStore.subscribe(() => playerStore.getState().grown()),
    on('sections.changed', ({ recordingId }) => {
      if (recordingId === playerStore.getState().recording?.id) soon();
    }),
    on('verdicts.changed', ({ ids, verdict }) => playerMarksStore.getState().applyVerdicts(ids, verdict)),
    on('markers.changed', ({ marker, removed }) => playerMarksStore.getState().applyMarker(marker, removed)),
    on('gaps.changed', ({ sourceId }) => {
      if (sourceId === playerStore.getState().recording?.sourceId) soon();
    }),
    on('settings.changed', forgetPrepared),
    () => clearTimeout(timer),
  ];
  return () => {
    for (const end of ends) end();
  };
}

export function usePlayerMarks<Selected>(select: (state: PlayerMarksState) => Selected): Selected {
  return useStore(playerMarksStore, select);
}
