import { createStore, useStore } from 'zustand';
import { on, request, type RequestOutput } from '../bridge/bridge.ts';

interface BackgroundState {
  /** How the studio lives on its desktop; undefined where it has none, and until it is known. */
  readonly background: RequestOutput<'desktop.background'>;
  /** It is known. */
  readonly isKnown: boolean;
  load(): Promise<void>;
}

const backgroundStore = createStore<BackgroundState>()((set) => ({
  background: undefined,
  isKnown: false,
  async load() {
    set({ background: await request('desktop.background', {}), isKnown: true });
  },
}));

/** Follows tray and keys while somebody looks at them. Returns the end of it. */
export function followBackground(): () => void {
  return on('desktop.backgroundChanged', (background) => backgroundStore.setState({ background, isKnown: true }));
}

export const loadBackground = (): Promise<void> => backgroundStore.getState().load();

export function useBackground<Selected>(select: (state: BackgroundState) => Selected): Selected {
  return useStore(backgroundStore, select);
}
