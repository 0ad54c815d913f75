import { createStore, useStore } from 'zustand';

const KEY = 'longtake.inspector';

interface InspectorState {
  /** The person wants it beside the list; in a narrow window it lies over it only when it was asked for there. */
  readonly shown: boolean;
  /** Asked for in a narrow window. */
  readonly over: boolean;
  toggle(narrow: boolean): void;
  close(): void;
}

/** The panel that tells of the recording and the section in the player. */
export const inspectorStore = createStore<InspectorState>()((set, get) => ({
  shown: localStorage.getItem(KEY) !== 'hidden',
  over: false,
  toggle(narrow) {
    if (narrow) {
      set({ over: !get().over });
      return;
    }
    const shown = !get().shown;
    set({ shown, over: false });
    localStorage.setItem(KEY, shown ? 'shown' : 'hidden');
  },
  close() {
    if (get().over) set({ over: false });
    else get().toggle(false);
  },
}));

export function useInspector<Selected>(select: (state: InspectorState) => Selected): Selected {
  return useStore(inspectorStore, select);
}
