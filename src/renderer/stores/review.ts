import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import { DEFAULT_HIGHLIGHTS, MAX_HIGHLIGHTS } from '../../shared/contract/review.ts';
import type { LibraryFilter } from '../../shared/domain/filter.ts';
import type { SoundEvent, Verdict } from '../../shared/domain/section.ts';
import { day as asDay, type SectionId } from '../../shared/units.ts';
import { localDay } from '../format/time.ts';
import { eventTime, verdictDone } from '../format/sound.ts';
import { filterStore } from './filter.ts';
import { attempt } from './notices.ts';
import { type Period, samePeriod } from './period.ts';
import type { Direction, QueuePlace } from './playerQueue.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';
import { undoStore } from './undo.ts';
import { byVerdict, countChange, type FormerVerdicts, formerVerdicts, withVerdicts } from './verdicts.ts';

/** Highlights are asked for anew this long after something changed, ms: live sections come every second. */
const STALE_DELAY_MS = 400;
const SHOWN_KEY = 'longtake.highlights';

interface ReviewState {
  /** The person wants to see highlights. */
  readonly shown: boolean;
  readonly period: Period;
  readonly phase: Phase;
  /** The highest score first, at most `limit`. */
  readonly events: readonly SoundEvent[];
  readonly limit: number;
  /** Events of the period, and how many of them have a verdict, and a star. */
  readonly total: number;
  readonly reviewed: number;
  readonly starred: number;
  /** What verdicts are about: played or chosen last. */
  readonly current: SoundEvent | undefined;
  /** Where `current` stands among all in order of time, from 0; unknown when it was not stepped to. */
  readonly place: { readonly index: number; readonly total: number } | undefined;
  /** What just happened, for assistive technology. */
  readonly told: string;
  toggle(): void;
  show(period: Period): void;
  load(): Promise<void>;
  more(): void;
  choose(event: SoundEvent): void;
  /** Finds where an event stands among all in order of time; undefined when it is none of them. */
  locate(event: SoundEvent): Promise<ReviewState['place']>;
  /**
   * The event after (1) or before (-1) another one in order of time; without one, the first or the last. Undefined when
   * there is none.
   */
  step(from: SoundEvent | undefined, direction: Direction, unreviewed: boolean): Promise<QueuePlace | undefined>;
  /** The same verdict once more takes it back. */
  judge(event: SoundEvent, verdict: Verdict): Promise<void>;
  /** The studio tells of verdicts. */
  applyVerdicts(ids: readonly SectionId[], verdict: Verdict | null): void;
  /** Something of a day, or of any, changed. */
  changed(day?: string): void;
}

/** The filter within the days in view. */
export function scopeOf({ fromDay, toDay }: Period, filter: LibraryFilter): LibraryFilter {
  return {
    ...filter,
    fromDay: asDay(filter.fromDay !== undefined && filter.fromDay > fromDay ? filter.fromDay : fromDay),
    toDay: asDay(filter.toDay !== undefined && filter.toDay < toDay ? filter.toDay : toDay),
  };
}

export const reviewStore = createStore<ReviewState>()((set, get) => {
  /** Counts loads, so that a slow answer never replaces a newer one. */
  let loads = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const scope = (): LibraryFilter => scopeOf(get().period, filterStore.getState().filter);

  const say = (said: FormerVerdicts): void => {
    const { events, current } = get();
    set({
      events: events.map((event) => withVerdicts(event, said)),
      current: current && withVerdicts(current, said),
    });
  };

  /** The totals with one verdict more, until the studio tells them. */
  const counted = (before: Verdict | undefined, after: Verdict | undefined) => {
    const { reviewed, starred } = countChange(before, after);
    return { reviewed: get().reviewed + reviewed, starred: get().starred + starred };
  };

  const send = async (said: FormerVerdicts): Promise<void> => {
    say(said);
    try {
      for (const [verdict, ids] of byVerdict(said)) await request('review.setVerdict', { ids, verdict });
    } catch (error) {
      get().changed();
      throw error;
    }
  };

  const today = localDay(Date.now());
  return {
    shown: localStorage.getItem(SHOWN_KEY) !== 'hidden',
    period: { fromDay: today, toDay: today },
    phase: LOADING,
    events: [],
    limit: DEFAULT_HIGHLIGHTS,
    total: 0,
    reviewed: 0,
    starred: 0,
    current: undefined,
    place: undefined,
    told: '',
    toggle() {
      const shown = !get().shown;
      set({ shown });
      localStorage.setItem(SHOWN_KEY, shown ? 'shown' : 'hidden');
      if (shown) attempt(get().load());
    },
    show(period) {
      if (samePeriod(period, get().period)) return;
      set({
        period,
        phase: LOADING,
        events: [],
        limit: DEFAULT_HIGHLIGHTS,
        total: 0,
        reviewed: 0,
        starred: 0,
        current: undefined,
        place: undefined,
      });
      attempt(get().load());
    },
    async load() {
      loads += 1;
      const load = loads;
      try {
        const { events, ...counts } = await request('review.highlights', { filter: scope(), limit: get().limit });
        if (load !== loads) return;
        const { current } = get();
        const again = events.find(({ id }) => id === current?.id);
        set({ events, ...counts, phase: READY, ...(again ? { current: again } : {}) });
      } catch (error) {
        if (load === loads) set({ phase: failed(error) });
      }
    },
    more() {
      set({ limit: MAX_HIGHLIGHTS });
      attempt(get().load());
    },
    choose(event) {
      if (get().current?.id !== event.id) set({ current: event, place: undefined });
    },
    async locate(event) {
      const at = Math.max(0, event.from - 1);
      const found = await request('review.step', { filter: scope(), direction: 'next', at });
      if (found.event?.id !== event.id) return undefined;
      const place = { index: found.index, total: found.total };
      if (get().current?.id === event.id) set({ place });
      return place;
    },
    async step(from, direction, unreviewed) {
      const { event, index, total } = await request('review.step', {
        filter: scope(),
        direction: direction === 1 ? 'next' : 'previous',
        ...(from ? { at: from.from } : {}),
        ...(unreviewed ? { unreviewed: true } : {}),
      });
      if (!event) return undefined;
      set({ current: event, place: { index, total } });
      return { event, index, total };
    },
    async judge(event, verdict) {
      const before = formerVerdicts(event);
      const after = event.verdict === verdict ? null : verdict;
      const what = `${verdictDone(after)} ${eventTime(event)}`;
      set({ ...counted(event.verdict, after ?? undefined), told: `${what}.` });
      await send(new Map(event.sections.map(({ id }) => [id, after])));
      undoStore.getState().did({
        what,
        undo: () => {
          set(counted(after ?? undefined, event.verdict));
          return send(before);
        },
      });
    },
    applyVerdicts(ids, verdict) {
      say(new Map(ids.map((id) => [id, verdict])));
      get().changed();
    },
    changed(day) {
      const { fromDay, toDay } = get().period;
      if (day !== undefined && (day < fromDay || day > toDay)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        attempt(get().load());
      }, STALE_DELAY_MS);
    },
  };
});

export function useReview<Selected>(select: (state: ReviewState) => Selected): Selected {
  return useStore(reviewStore, select);
}
