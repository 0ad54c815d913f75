import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import type { LibraryFilter } from '../../shared/domain/filter.ts';
import type { DaySummary, Gap, Recording } from '../../shared/domain/recording.ts';
import { day as asDay, type RecordingId } from '../../shared/units.ts';
import { shiftDay } from '../format/time.ts';
import type { ArmingMark } from './armingMarks.ts';
import {
  type DayEntry,
  missingPages,
  newEntry,
  withGap,
  withPage,
  withRecording,
  withSummary,
  withoutRecordings,
} from './dayEntry.ts';
import { readExpanded, writeExpanded } from './expandedDays.ts';
import { filterStore, isFiltered } from './filter.ts';
import { attempt } from './notices.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';

const DAYS_PER_PAGE = 100;
const RECORDINGS_PER_PAGE = 100;
/** Totals of a day are asked for this long after the first change, ms: many sources close at one boundary. */
const TOTALS_DELAY_MS = 300;

interface LibraryState {
  readonly phase: Phase;
  /** Newest first. */
  readonly days: readonly string[];
  readonly entries: ReadonlyMap<string, DayEntry>;
  readonly expanded: ReadonlyMap<string, boolean>;
  /** There may be older days than those in `days`. */
  readonly more: boolean;
  /** How many recordings the filter means, of how many; undefined without a filter. */
  readonly found: { readonly shown: number; readonly total: number } | undefined;
  load(): Promise<void>;
  loadOlderDays(): Promise<void>;
  /** Loads so many days that this one is among them, if there is anything of it. */
  reach(day: string): Promise<void>;
  toggle(day: string, expanded: boolean): void;
  /** Loads what is missing of the recordings from `from` to `to` (exclusive) of a day. */
  need(day: string, from: number, to: number): void;
  applyRecording(recording: Recording): void;
  applyGap(gap: Gap): void;
  applyArmings(day: string, armings: readonly ArmingMark[]): void;
  /** Takes deleted recordings out of the list. */
  remove(recordings: readonly { readonly id: string; readonly day: string }[]): void;
  /** The recording of the same source before (-1) or after (1) the given one, from this day or the next to it. */
  neighbour(recording: Recording, direction: -1 | 1): Promise<Recording | undefined>;
}

/** A page of the recordings of a day that the filter means, newest first. */
function requestPage(day: string, offset: number): Promise<{ recordings: Recording[]; total: number }> {
  const { filter } = filterStore.getState();
  const page = { offset, limit: RECORDINGS_PER_PAGE };
  if (!isFiltered(filter)) return request('library.recordings', { day: asDay(day), ...page });
  return findOfDay({ ...filter, fromDay: asDay(day), toDay: asDay(day) }, page);
}

async function findOfDay(
  filter: LibraryFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<{ recordings: Recording[]; total: number }> {
  const { recordings, shown } = await request('library.find', { filter, ...page });
  return { recordings, total: shown };
}

const byNewest = (days: Iterable<string>): string[] => [...new Set(days)].toSorted().toReversed();

export const libraryStore = createStore<LibraryState>()((set, get) => {
  const loading = new Set<string>();
  const gapsLoaded = new Set<string>();
  const staleTotals = new Set<string>();
  let totalsTimer: ReturnType<typeof setTimeout> | undefined;
  let generation = 0;

  const change = (day: string, next: (entry: DayEntry) => DayEntry): void => {
    const entry = get().entries.get(day);
    if (entry) set({ entries: new Map(get().entries).set(day, next(entry)) });
  };

  const addDays = (summaries: readonly DaySummary[]): void => {
    const entries = new Map(get().entries);
    for (const summary of summaries) {
      const known = entries.get(summary.day);
      entries.set(summary.day, known ? withSummary(known, summary) : newEntry(summary));
    }
    const days = byNewest([...get().days, ...summaries.map(({ day }) => day)]);
    const expanded = new Map(get().expanded);
    const newest = isFiltered(filterStore.getState().filter) ? undefined : days[0];
    if (newest !== undefined && !expanded.has(newest)) expanded.set(newest, true);
    set({ days, entries, expanded });
  };

  /** Days of which nothing is left. */
  const removeDays = (gone: readonly string[]): void => {
    if (gone.length === 0) return;
    const entries = new Map(get().entries);
    for (const day of gone) entries.delete(day);
    set({ entries, days: get().days.filter((day) => !gone.includes(day)) });
  };

  /** Every day with recordings that the filter means. */
  const findDays = async (filter: LibraryFilter): Promise<DaySummary[]> => {
    const { days, shown, total } = await request('library.findDays', { filter });
    set({ found: { shown, total } });
    return days.map((found) => ({ ...found, gaps: 0, gapMs: 0 }));
  };

  const loadTotals = async (): Promise<void> => {
    totalsTimer = undefined;
    const mine = generation;
    const days = [...staleTotals];
    staleTotals.clear();
    const { filter } = filterStore.getState();
    if (isFiltered(filter)) {
      const found = await findDays(filter);
      if (mine !== generation) return;
      removeDays(get().days.filter((day) => !found.some((summary) => summary.day === day)));
      addDays(found);
      return;
    }
    const pages = await Promise.all(days.map((day) => request('library.days', { before: shiftDay(day, 1), limit: 1 })));
    const found = pages.flatMap((page, index) => page.filter((summary) => summary.day === days[index]));
    removeDays(days.filter((day) => !found.some((summary) => summary.day === day)));
    addDays(found);
  };

  const totalsChanged = (day: string): void => {
    staleTotals.add(day);
    totalsTimer ??= setTimeout(() => attempt(loadTotals()), TOTALS_DELAY_MS);
  };

  /** Does a piece of loading unless it is under way already. */
  const once = async (key: string, load: () => Promise<void>): Promise<void> => {
    if (loading.has(key)) return;
    loading.add(key);
    try {
      await load();
    } finally {
      loading.delete(key);
    }
  };

  const loadPage = (day: string, offset: number): Promise<void> =>
    once(`${day}/${offset}`, async () => {
      const mine = generation;
      const page = await requestPage(day, offset);
      if (mine === generation) change(day, (entry) => withPage(entry, offset, page.recordings, page.total));
    });

  const loadGaps = (day: string): Promise<void> =>
    once(`${day}/gaps`, async () => {
      const mine = generation;
      const gaps = await request('library.gaps', { day: asDay(day) });
      if (mine !== generation) return;
      gapsLoaded.add(day);
      change(day, (entry) => ({ ...entry, gaps }));
    });

  /** Among recordings that a filter chose, gaps stand only where it asks for them. */
  const showsGaps = (): boolean => {
    const { filter } = filterStore.getState();
    return !isFiltered(filter) || filter.withGaps === true;
  };

  /** Every recording of a day, newest first, loaded page by page. */
  const wholeDay = async (day: string): Promise<readonly Recording[]> => {
    const total = get().entries.get(day)?.slots.length ?? 0;
    for (let offset = 0; offset < total; offset += RECORDINGS_PER_PAGE) {
      const entry = get().entries.get(day);
      const missing = entry ? missingPages(entry, offset, offset + RECORDINGS_PER_PAGE, RECORDINGS_PER_PAGE) : [];
      if (missing.length > 0) await loadPage(day, offset);
    }
    return (get().entries.get(day)?.slots ?? []).filter((slot) => slot !== undefined);
  };

  return {
    phase: LOADING,
    days: [],
    entries: new Map(),
    expanded: readExpanded(),
    more: false,
    found: undefined,
    async load() {
      generation += 1;
      const mine = generation;
      const { filter } = filterStore.getState();
      const filtered = isFiltered(filter);
      try {
        const summaries = filtered ? await findDays(filter) : await request('library.days', { limit: DAYS_PER_PAGE });
        if (mine !== generation) return;
        gapsLoaded.clear();
        const more = !filtered && summaries.length === DAYS_PER_PAGE;
        set({ days: [], entries: new Map(), phase: READY, more, ...(filtered ? {} : { found: undefined }) });
        addDays(summaries);
      } catch (error) {
        if (mine === generation) set({ phase: failed(error) });
      }
    },
    loadOlderDays() {
      return once('days', async () => {
        const oldest = get().days.at(-1);
        if (!get().more || oldest === undefined) return;
        const summaries = await request('library.days', { before: oldest, limit: DAYS_PER_PAGE });
        set({ more: summaries.length === DAYS_PER_PAGE });
        addDays(summaries);
      });
    },
    async reach(day) {
      for (;;) {
        const { more, days } = get();
        const oldest = days.at(-1);
        if (!more || oldest === undefined || oldest <= day) return;
        await get().loadOlderDays();
        // Another load was under way, and its answer is awaited elsewhere.
        if (get().days.at(-1) === oldest) return;
      }
    },
    toggle(day, expanded) {
      const next = new Map(get().expanded).set(day, expanded);
      set({ expanded: next });
      writeExpanded(next);
    },
    need(day, from, to) {
      const entry = get().entries.get(day);
      if (!entry) return;
      if (!gapsLoaded.has(day) && showsGaps()) attempt(loadGaps(day));
      for (const offset of missingPages(entry, from, to, RECORDINGS_PER_PAGE)) attempt(loadPage(day, offset));
    },
    applyRecording(recording) {
      // Whether the filter means a recording that is not listed, the studio knows.
      if (!isFiltered(filterStore.getState().filter) || findRecording(recording.day, recording.id)) {
        change(recording.day, (entry) => withRecording(entry, recording));
      }
      totalsChanged(recording.day);
    },
    applyGap(gap) {
      if (showsGaps()) change(gap.day, (entry) => withGap(entry, gap));
      totalsChanged(gap.day);
    },
    applyArmings(day, armings) {
      if (!isFiltered(filterStore.getState().filter)) change(day, (entry) => ({ ...entry, armings }));
    },
    remove(recordings) {
      for (const day of new Set(recordings.map((item) => item.day))) {
        const ids = new Set(recordings.filter((item) => item.day === day).map(({ id }) => id));
        change(day, (entry) => withoutRecordings(entry, ids));
        totalsChanged(day);
      }
    },
    async neighbour(recording, direction) {
      const days = get().days;
      const here = days.indexOf(recording.day);
      for (const day of [recording.day, days[here - direction]]) {
        if (day === undefined) continue;
        const ofSource = (await wholeDay(day)).filter(({ sourceId }) => sourceId === recording.sourceId);
        const found =
          direction === 1
            ? ofSource.findLast(({ startedAt }) => startedAt > recording.startedAt)
            : ofSource.find(({ startedAt }) => startedAt < recording.startedAt);
        if (found) return found;
      }
      return undefined;
    },
  };
});

/** What is known of a recording that the list has loaded. */
export function findRecording(day: string, id: RecordingId): Recording | undefined {
  return libraryStore
    .getState()
    .entries.get(day)
    ?.slots.find((slot) => slot?.id === id);
}

export function useLibrary<Selected>(select: (state: LibraryState) => Selected): Selected {
  return useStore(libraryStore, select);
}

/** There is no recording at all, whatever the filter. */
export function useNothingRecorded(): boolean {
  return useLibrary(({ phase, days, found }) => phase.name === 'ready' && days.length === 0 && !found);
}
