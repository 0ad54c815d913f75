import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import type { Alarm } from '../../shared/domain/alarm.ts';
import type { AlarmId } from '../../shared/units.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';

const PAGE = 100;

interface AlarmsState {
  /** Raised now, newest first. */
  readonly active: readonly Alarm[];
  /** Of the history, as far as it was asked for. */
  readonly phase: Phase;
  readonly history: readonly Alarm[];
  readonly hasMore: boolean;
  /** The newest that was raised while the window was open, to be read aloud. */
  readonly lastRaised: Alarm | undefined;
  load(): Promise<void>;
  loadHistory(): Promise<void>;
  loadMore(): Promise<void>;
  apply(alarm: Alarm): void;
  acknowledge(ids: readonly AlarmId[]): Promise<void>;
}

export const alarmsStore = createStore<AlarmsState>()((set, get) => {
  let isLoadingMore = false;
  return {
    active: [],
    phase: LOADING,
    history: [],
    hasMore: false,
    lastRaised: undefined,
    async load() {
      set({ active: await request('alarms.active', {}) });
    },
    async loadHistory() {
      try {
        const history = await request('alarms.history', { limit: PAGE });
        set({ history, hasMore: history.length === PAGE, phase: READY });
      } catch (error) {
        set({ phase: failed(error) });
      }
    },
    async loadMore() {
      const last = get().history.at(-1);
      if (isLoadingMore || !last || !get().hasMore) return;
      isLoadingMore = true;
      try {
        const page = await request('alarms.history', { before: last.id, limit: PAGE });
        const known = new Set(get().history.map(({ id }) => id));
        set({ history: [...get().history, ...page.filter(({ id }) => !known.has(id))], hasMore: page.length === PAGE });
      } finally {
        isLoadingMore = false;
      }
    },
    apply(alarm) {
      const { active, history, lastRaised } = get();
      const isActive = alarm.clearedAt === undefined;
      const isNew = isActive && !active.some(({ id }) => id === alarm.id);
      set({
        active: isActive ? withAlarm(active, alarm) : active.filter(({ id }) => id !== alarm.id),
        history: withAlarm(history, alarm),
        lastRaised: isNew ? alarm : lastRaised,
      });
    },
    async acknowledge(ids) {
      await Promise.all(ids.map((id) => request('alarms.acknowledge', { id })));
    },
  };
});

/** Replaces the alarm, or puts it first: changes of alarms that are not in the list are new ones. */
function withAlarm(list: readonly Alarm[], alarm: Alarm): readonly Alarm[] {
  return list.some(({ id }) => id === alarm.id)
    ? list.map((other) => (other.id === alarm.id ? alarm : other))
    : [alarm, ...list];
}

export function useAlarms<Selected>(select: (state: AlarmsState) => Selected): Selected {
  return useStore(alarmsStore, select);
}
