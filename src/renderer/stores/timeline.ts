import { createStore, useStore } from 'zustand';
import { request } from '../bridge/bridge.ts';
import type { Lane } from '../../shared/contract/review.ts';
import type { SourceId } from '../../shared/units.ts';
import { filterStore, isFiltered } from './filter.ts';
import { attempt } from './notices.ts';
import { boundsOf, type Period } from './period.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';
import { clamped, panned, sameView, showing, spanOf, type View, zoomed } from './view.ts';

/** Lanes are asked for anew this long after something changed, ms: live sections come every second. */
const STALE_DELAY_MS = 500;
/** What is asked for goes beyond the view on both sides, in spans of the view, so that a pan finds it there. */
const MARGIN = 0.75;
/** Finer than a pixel by this much, so that one more step of zooming in still looks sharp. */
const FINER = 2;

/** Lanes as the studio told them. */
interface Loaded {
  readonly view: View;
  readonly resolutionMs: number;
  readonly lanes: readonly Lane[];
}

interface TimelineState {
  readonly phase: Phase;
  readonly bounds: View;
  readonly view: View;
  /** Of the whole period: one lane per source, in order. */
  readonly whole: Loaded | undefined;
  /** Of the view and what is beside it, when that is finer. */
  readonly detail: Loaded | undefined;
  /** Names of all sources that were ever seen on it, also of those that were removed. */
  readonly names: ReadonlyMap<SourceId, string>;
  /** On which it is drawn, px. */
  readonly width: number;
  open(period: Period): void;
  resize(width: number): void;
  zoom(factor: number, anchor: number): void;
  pan(byMs: number): void;
  look(view: View): void;
  /** Moves the view only when this instant is out of sight. */
  reveal(at: number): void;
  changed(): void;
  retry(): void;
}

export const timelineStore = createStore<TimelineState>()((set, get) => {
  let generation = 0;
  let working = false;
  let wholeStale = true;
  let detailStale = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = async (view: View, resolutionMs: number): Promise<Loaded> => {
    const { filter } = filterStore.getState();
    const { lanes } = await request('review.timeline', {
      from: Math.floor(view.from),
      to: Math.ceil(view.to),
      resolutionMs,
      ...(isFiltered(filter) ? { filter } : {}),
    });
    return { view, resolutionMs, lanes };
  };

  /** What the next request should be about; undefined when all that is seen is there. */
  const wanted = (): { readonly view: View; readonly resolutionMs: number; readonly isWhole: boolean } | undefined => {
    const { bounds, view, detail, width, whole } = get();
    if (width === 0) return undefined;
    if (wholeStale || !whole) return { view: bounds, resolutionMs: spanOf(bounds) / width, isWhole: true };
    const perPixel = spanOf(view) / width;
    if (whole.resolutionMs <= perPixel * FINER) return undefined;
    const covers = detail && !detailStale && detail.view.from <= view.from && detail.view.to >= view.to;
    if (covers && detail.resolutionMs <= perPixel * FINER) return undefined;
    const margin = spanOf(view) * MARGIN;
    const wide = clamped({ from: view.from - margin, to: view.to + margin }, bounds);
    return { view: wide, resolutionMs: perPixel / FINER, isWhole: false };
  };

  /** One request at a time; what is wanted is looked at anew after each. */
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    try {
      for (let next = wanted(); next; next = wanted()) {
        const mine = generation;
        if (next.isWhole) wholeStale = false;
        else detailStale = false;
        const loaded = await ask(next.view, next.resolutionMs);
        if (mine !== generation) continue;
        set(next.isWhole ? { whole: loaded, phase: READY } : { detail: loaded });
        const seen = loaded.lanes.map(({ sourceId, sourceName }) => [sourceId, sourceName] as const);
        if (seen.some(([id, name]) => get().names.get(id) !== name)) set({ names: new Map([...get().names, ...seen]) });
      }
    } catch (error) {
      set({ phase: failed(error) });
    } finally {
      working = false;
    }
  };

  const move = (view: View): void => {
    if (sameView(view, get().view)) return;
    set({ view });
    if (get().phase.name !== 'error') attempt(work());
  };

  const anew = (): void => {
    generation += 1;
    wholeStale = true;
    set({ phase: LOADING, whole: undefined, detail: undefined });
    attempt(work());
  };

  return {
    phase: LOADING,
    bounds: { from: 0, to: 1 },
    view: { from: 0, to: 1 },
    whole: undefined,
    detail: undefined,
    names: new Map(),
    width: 0,
    open(period) {
      const bounds = boundsOf(period);
      if (!sameView(bounds, get().bounds)) set({ bounds, view: bounds });
      anew();
    },
    resize(width) {
      if (width === get().width) return;
      set({ width });
      attempt(work());
    },
    zoom: (factor, anchor) => move(zoomed(get().view, get().bounds, factor, anchor)),
    pan: (byMs) => move(panned(get().view, get().bounds, byMs)),
    look: (view) => move(clamped(view, get().bounds)),
    reveal: (at) => move(showing(get().view, get().bounds, at)),
    changed() {
      timer ??= setTimeout(() => {
        timer = undefined;
        wholeStale = true;
        detailStale = true;
        attempt(work());
      }, STALE_DELAY_MS);
    },
    retry: anew,
  };
});

/** The lanes to draw: the finest that are there for all of the view. */
export function lanesInView({ whole, detail, view }: TimelineState): readonly Lane[] {
  const covers = detail && detail.view.from <= view.from && detail.view.to >= view.to;
  return covers && whole && detail.resolutionMs < whole.resolutionMs ? detail.lanes : (whole?.lanes ?? []);
}

export function useTimeline<Selected>(select: (state: TimelineState) => Selected): Selected {
  return useStore(timelineStore, select);
}
