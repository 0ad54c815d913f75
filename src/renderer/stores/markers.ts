import { createStore } from 'zustand';
import { request, type RequestInput } from '../bridge/bridge.ts';
import type { Marker } from '../../shared/domain/section.ts';

interface MarkersState {
  /** Of the time that was asked for, in order of time. */
  readonly markers: readonly Marker[];
  load(from: number, to: number): Promise<void>;
  add(marker: RequestInput<'markers.add'>): Promise<Marker>;
  apply(marker: Marker, removed: boolean): void;
}

/** Labelled instants within the days in view. */
export const markersStore = createStore<MarkersState>()((set, get) => {
  let asked: { readonly from: number; readonly to: number } | undefined;
  return {
    markers: [],
    async load(from, to) {
      const mine = { from, to };
      asked = mine;
      const markers = await request('markers.list', { from, to });
      if (asked === mine) set({ markers });
    },
    add: (marker) => request('markers.add', marker),
    apply(marker, removed) {
      const others = get().markers.filter(({ id }) => id !== marker.id);
      const wanted = !removed && asked !== undefined && marker.at >= asked.from && marker.at < asked.to;
      set({ markers: wanted ? [...others, marker].toSorted((a, b) => a.at - b.at) : others });
    },
  };
});
