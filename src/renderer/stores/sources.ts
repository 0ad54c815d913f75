import { createStore, useStore } from 'zustand';
import { request, type Source } from '../bridge/bridge.ts';
import type { SourceDraft, SourceStatus } from '../../shared/domain/source.ts';
import type { RecordingId, SourceId } from '../../shared/units.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';

interface SourcesState {
  readonly phase: Phase;
  /** In the order in which they are listed. */
  readonly ids: readonly SourceId[];
  readonly byId: ReadonlyMap<SourceId, Source>;
  /** What was last known of the recording that each source closed last: the library may count it a moment later. */
  readonly justClosed: ReadonlyMap<SourceId, NonNullable<SourceStatus['recording']>>;
  load(): Promise<void>;
  applyStatuses(statuses: readonly SourceStatus[]): void;
  add(draft: SourceDraft): Promise<Source>;
  update(id: SourceId, draft: SourceDraft): Promise<Source>;
  remove(id: SourceId): Promise<void>;
  /** Without ids: all. */
  arm(ids?: readonly SourceId[]): Promise<void>;
  /** Without ids: all. */
  disarm(ids?: readonly SourceId[]): Promise<void>;
  retry(id: SourceId): Promise<void>;
  /** Without ids: all that are armed. */
  pause(ids?: readonly SourceId[]): Promise<void>;
  /** Without ids: all that are armed. */
  resume(ids?: readonly SourceId[]): Promise<void>;
  /** Without ids: all that record. */
  split(ids?: readonly SourceId[]): Promise<void>;
}

const withSource = (sources: ReadonlyMap<SourceId, Source>, source: Source): ReadonlyMap<SourceId, Source> =>
  new Map(sources).set(source.config.id, source);

export const sourcesStore = createStore<SourcesState>()((set, get) => {
  /** Counts loads, so that a slow answer never replaces a newer one. */
  let loads = 0;
  /** What events have told since the load under way began: its answer may be older. */
  let fresh = new Map<SourceId, SourceStatus>();

  return {
    phase: LOADING,
    ids: [],
    byId: new Map(),
    justClosed: new Map(),
    async load() {
      loads += 1;
      const load = loads;
      fresh = new Map();
      try {
        const sources = await request('sources.list', {});
        if (load !== loads) return;
        const current = sources.map((source) => ({ ...source, status: fresh.get(source.config.id) ?? source.status }));
        set({
          phase: READY,
          ids: current.map(({ config }) => config.id),
          byId: new Map(current.map((source) => [source.config.id, source])),
        });
      } catch (error) {
        if (load === loads) set({ phase: failed(error) });
      }
    },
    applyStatuses(statuses) {
      const byId = new Map(get().byId);
      const justClosed = new Map(get().justClosed);
      for (const status of statuses) {
        fresh.set(status.sourceId, status);
        const source = byId.get(status.sourceId);
        // A source that is not known yet comes with the load that follows `sources.changed`.
        if (!source) continue;
        const before = source.status.recording;
        if (before && before.id !== status.recording?.id) justClosed.set(status.sourceId, before);
        byId.set(status.sourceId, { ...source, status });
      }
      set({ byId, justClosed });
    },
    async add(draft) {
      const source = await request('sources.add', draft);
      await get().load();
      return source;
    },
    async update(id, draft) {
      const source = await request('sources.update', { id, draft });
      set({ byId: withSource(get().byId, source) });
      return source;
    },
    async remove(id) {
      await request('sources.remove', { id });
      set({ justClosed: new Map([...get().justClosed].filter(([closed]) => closed !== id)) });
      await get().load();
    },
    async arm(ids) {
      await request('sources.arm', ids ? { ids: [...ids] } : {});
    },
    async disarm(ids) {
      await request('sources.disarm', ids ? { ids: [...ids] } : {});
    },
    async retry(id) {
      await request('sources.retry', { id });
    },
    async pause(ids) {
      await request('sources.pause', ids ? { ids: [...ids] } : {});
    },
    async resume(ids) {
      await request('sources.resume', ids ? { ids: [...ids] } : {});
    },
    async split(ids) {
      await request('sources.split', ids ? { ids: [...ids] } : {});
    },
  };
});

export const isArmed = (source: Source): boolean => source.status.state !== 'disarmed';

export const isPaused = (source: Source): boolean => source.status.state === 'paused';

export function useSource(id: SourceId): Source | undefined {
  return useSources((state) => state.byId.get(id));
}

/** What is known now about an open recording, while its source records it. */
export function useOpenRecording(sourceId: SourceId, recordingId: RecordingId): SourceStatus['recording'] {
  return useSources((state) => {
    const open = state.byId.get(sourceId)?.status.recording;
    return open?.id === recordingId ? open : undefined;
  });
}

export function useSources<Selected>(select: (state: SourcesState) => Selected): Selected {
  return useStore(sourcesStore, select);
}
