import { createStore, useStore } from 'zustand';
import { request, type RequestInput, type RequestOutput } from '../bridge/bridge.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';
import type { TargetId } from '../../shared/units.ts';

export type TargetView = RequestOutput<'targets.list'>[number];
export type TargetDraft = RequestInput<'targets.add'>;

interface TargetsState {
  readonly phase: Phase;
  readonly targets: readonly TargetView[];
  load(): Promise<void>;
  add(draft: TargetDraft): Promise<void>;
  update(id: TargetId, draft: TargetDraft): Promise<void>;
  remove(id: TargetId): Promise<void>;
}

export const targetsStore = createStore<TargetsState>()((set, get) => ({
  phase: LOADING,
  targets: [],
  async load() {
    try {
      set({ targets: await request('targets.list', {}), phase: READY });
    } catch (error) {
      set({ phase: failed(error) });
    }
  },
  async add(draft) {
    await request('targets.add', draft);
    await get().load();
  },
  async update(id, draft) {
    await request('targets.update', { id, draft });
    await get().load();
  },
  async remove(id) {
    await request('targets.remove', { id });
    await get().load();
  },
}));

export function useTargets<Selected>(select: (state: TargetsState) => Selected): Selected {
  return useStore(targetsStore, select);
}
