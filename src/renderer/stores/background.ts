import { createStore, useStore } from 'zustand';
import { on, request, type RequestOutput } from '../bridge/bridge.ts';

type Background = RequestOutput<'desktop.background'>;

interface BackgroundState {
  /** How the studio lives on its desktop; undefined where it has none, and until it is known. */
  readonly background: Background;
  load(): Promise<void>;
}

const backgroundStore = createStore<BackgroundState>()((set) => ({
  background: undefined,
  async load() {
    set({ background: await request('desktop.background', {}) });
  },
}));

/** Follows tray and keys while somebody looks at them. Returns the end of it. */
export function followBackground(): () => void {
  return on('desktop.backgroundChanged', (background) => backgroundStore.setState({ background }));
}

export const loadBackground = (): Promise<void> => backgroundStore.getState().load();

export function useBackground<Selected>(select: (state: BackgroundState) => Selected): Selected {
  return useStore(backgroundStore, select);
}
