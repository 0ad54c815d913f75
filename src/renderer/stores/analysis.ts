import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import type { AnalysisState } from '../../shared/contract/review.ts';

interface AnalysisStoreState {
  /** Undefined until it is known. */
  readonly state: AnalysisState | undefined;
  load(): Promise<void>;
  apply(state: AnalysisState): void;
  pause(paused: boolean): Promise<void>;
}

/** How far the analysis of the library is. */
export const analysisStore = createStore<AnalysisStoreState>()((set) => ({
  state: undefined,
  async load() {
    set({ state: await request('analysis.state', {}) });
  },
  apply: (state) => set({ state }),
  async pause(paused) {
    set({ state: await request('analysis.pause', { paused }) });
  },
}));

export function useAnalysis<Selected>(select: (state: AnalysisStoreState) => Selected): Selected {
  return useStore(analysisStore, select);
}
