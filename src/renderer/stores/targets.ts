import { createStore, useStore } from 'zustand';
import { request, type RequestInput, type RequestOutput } from '../bridge/bridge.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';
import { sourcesStore } from './sources.ts';
import type { SourceId, TargetId } from '../../shared/units.ts';

export type TargetView = RequestOutput<'targets.list'>[number];
export type TargetDraft = RequestInput<'targets.add'>;

interface TargetsState {
  readonly phase: Phase;
  readonly targets: readonly TargetView[];
  load(): Promise<void>;
  add(draft: TargetDraft): Promise<TargetView>;
  update(id: TargetId, draft: TargetDraft): Promise<void>;
  /** Has these sources, and no others, upload to it. */
  chooseSources(id: TargetId, wanted: ReadonlySet<SourceId>): Promise<void>;
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
    const view = await request('targets.add', draft);
    await get().load();
    return view;
  },
  async update(id, draft) {
    await request('targets.update', { id, draft });
    await get().load();
  },
  async chooseSources(id, wanted) {
    const { byId, update } = sourcesStore.getState();
    for (const { config } of byId.values()) {
      const { id: sourceId, ...draft } = config;
      const before = config.targets ?? [];
      if (before.includes(id) === wanted.has(sourceId)) continue;
      const targets = wanted.has(sourceId) ? [...before, id] : before.filter((one) => one !== id);
      await update(sourceId, { ...draft, targets });
    }
    await get().load();
  },
  async remove(id) {
    await request('targets.remove', { id });
    await get().load();
  },
}));

/** Whether anything that is recorded goes anywhere. */
export const feeds = ({ targets }: Pick<TargetsState, 'targets'>): boolean =>
  targets.some(({ target, sources }) => target.enabled && sources.length > 0);

export function useTargets<Selected>(select: (state: TargetsState) => Selected): Selected {
  return useStore(targetsStore, select);
}
