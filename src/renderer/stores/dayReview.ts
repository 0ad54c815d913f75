import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import { day as asDay } from '../../shared/units.ts';
import { filterStore } from './filter.ts';
import { attempt } from './notices.ts';
import { scopeOf } from './review.ts';

/** Days of which something changed are asked for anew after this time, ms. */
const STALE_DELAY_MS = 800;

/** How far the review of a day is. */
export interface DayReview {
  readonly total: number;
  readonly reviewed: number;
  readonly starred: number;
}

interface DayReviewState {
  /** Of the days that were asked for. */
  readonly byDay: ReadonlyMap<string, DayReview>;
  need(day: string): void;
  /** Something of a day changed. */
  changed(day: string): void;
  /** Another filter holds: what is in view is asked for anew. */
  forget(): void;
}

/** What the lines of days tell of their sections. */
export const dayReviewStore = createStore<DayReviewState>()((set, get) => {
  const asked = new Set<string>();
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const load = async (day: string): Promise<void> => {
    try {
      const filter = scopeOf({ fromDay: asDay(day), toDay: asDay(day) }, filterStore.getState().filter);
      const { total, reviewed, starred } = await request('review.highlights', { filter, limit: 1 });
      set({ byDay: new Map(get().byDay).set(day, { total, reviewed, starred }) });
    } catch (error) {
      asked.delete(day);
      throw error;
    }
  };

  return {
    byDay: new Map(),
    need(day) {
      if (asked.has(day)) return;
      asked.add(day);
      attempt(load(day));
    },
    changed(day) {
      if (!asked.has(day)) return;
      stale.add(day);
      timer ??= setTimeout(() => {
        timer = undefined;
        const days = [...stale];
        stale.clear();
        for (const one of days) attempt(load(one));
      }, STALE_DELAY_MS);
    },
    forget() {
      asked.clear();
      set({ byDay: new Map() });
    },
  };
});

export function useDayReview(day: string): DayReview | undefined {
  return useStore(dayReviewStore, (state) => state.byDay.get(day));
}
