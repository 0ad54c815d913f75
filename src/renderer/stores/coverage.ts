import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import type { Coverage } from '../../shared/domain/coverage.ts';
import { localDay, shiftDay } from '../format/time.ts';
import { armingMarks } from './armingMarks.ts';
import { libraryStore } from './library.ts';
import { attempt } from './notices.ts';

/** Days of which something changed are asked for anew after this time, ms: many sources close at one boundary. */
const STALE_DELAY_MS = 500;

interface CoverageState {
  /** Of the days that were asked for. */
  readonly byDay: ReadonlyMap<string, Coverage>;
  /** Loads a day unless it is known. */
  need(day: string): void;
  /** Something of the day changed; it is loaded anew when somebody has asked for it. */
  changed(day: string): void;
  /** Everything may have changed. */
  allChanged(): void;
}

/** Midnight to midnight in this computer's zone, ms since 1970 UTC; 23 or 25 hours when clocks change. */
function periodOf(day: string): { from: number; to: number } {
  const startOf = (date: string): number => new Date(`${date}T00:00:00`).getTime();
  return { from: startOf(day), to: startOf(shiftDay(day, 1)) };
}

export const coverageStore = createStore<CoverageState>()((set, get) => {
  const asked = new Set<string>();
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const load = async (day: string): Promise<void> => {
    try {
      const coverage = await request('library.coverage', periodOf(day));
      set({ byDay: new Map(get().byDay).set(day, coverage) });
      libraryStore.getState().applyArmings(day, armingMarks(coverage));
    } catch (error) {
      asked.delete(day);
      throw error;
    }
  };

  const loadStale = (): void => {
    timer = undefined;
    const days = [...stale];
    stale.clear();
    for (const day of days) attempt(load(day));
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
      timer ??= setTimeout(loadStale, STALE_DELAY_MS);
    },
    allChanged() {
      for (const day of asked) get().changed(day);
    },
  };
});

/** What is being recorded adds to today as time passes. */
export function followToday(intervalMs: number): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') coverageStore.getState().changed(localDay(Date.now()));
  }, intervalMs);
  return () => clearInterval(timer);
}

export function useCoverage<Selected>(select: (state: CoverageState) => Selected): Selected {
  return useStore(coverageStore, select);
}
