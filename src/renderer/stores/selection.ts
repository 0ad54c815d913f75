import { createStore, useStore } from 'zustand';
import type { RecordingId } from '../../shared/units.ts';

/** What is cut and exported: a stretch of one recording, s from its start. */
export interface Selection {
  readonly recordingId: RecordingId;
  readonly from: number;
  /** Exclusive; after `from`. */
  readonly to: number;
}

interface SelectionState {
  readonly selection: Selection | undefined;
  /** Cuts of WAV and FLAC begin and end at a zero crossing, so that nothing clicks. */
  readonly snap: boolean;
  /** In either order; nothing is selected where both are the same. */
  select(recordingId: RecordingId, one: number, other: number): void;
  /** Begins at `at`; without an end after it, at the end of the recording. */
  setIn(recordingId: RecordingId, at: number, length: number): void;
  /** Ends at `at`; without a beginning before it, at the start of the recording. */
  setOut(recordingId: RecordingId, at: number): void;
  clear(): void;
  setSnap(on: boolean): void;
}

const SNAP_KEY = 'longtake.snap';

export const selectionStore = createStore<SelectionState>()((set, get) => {
  const own = (recordingId: RecordingId): Selection | undefined => {
    const { selection } = get();
    return selection?.recordingId === recordingId ? selection : undefined;
  };
  return {
    selection: undefined,
    snap: globalThis.localStorage?.getItem(SNAP_KEY) === 'on',
    select(recordingId, one, other) {
      const [from, to] = one < other ? [one, other] : [other, one];
      set({ selection: from < to ? { recordingId, from, to } : undefined });
    },
    setIn(recordingId, at, length) {
      const to = own(recordingId)?.to ?? length;
      get().select(recordingId, at, to > at ? to : length);
    },
    setOut(recordingId, at) {
      const from = own(recordingId)?.from ?? 0;
      get().select(recordingId, from < at ? from : 0, at);
    },
    clear() {
      set({ selection: undefined });
    },
    setSnap(snap) {
      set({ snap });
      localStorage.setItem(SNAP_KEY, snap ? 'on' : 'off');
    },
  };
});

export function useSelection<Selected>(select: (state: SelectionState) => Selected): Selected {
  return useStore(selectionStore, select);
}
