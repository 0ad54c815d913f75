import { createStore, useStore } from 'zustand';
import type { LibraryFilter } from '../../shared/domain/filter.ts';

export interface FilterState {
  /** Holds only conditions that are set. */
  readonly filter: LibraryFilter;
  /** Sets some conditions; undefined takes one back. */
  change(part: { readonly [Key in keyof LibraryFilter]?: LibraryFilter[Key] | undefined }): void;
  clear(): void;
}

/** Which recordings the window shows. */
export const filterStore = createStore<FilterState>()((set, get) => ({
  filter: {},
  change(part) {
    const next = withoutNothing({ ...get().filter, ...part });
    if (JSON.stringify(next) !== JSON.stringify(get().filter)) set({ filter: next });
  },
  clear() {
    if (isFiltered(get().filter)) set({ filter: {} });
  },
}));

/** A condition that says nothing is none. */
function withoutNothing(filter: { readonly [Key in keyof LibraryFilter]?: LibraryFilter[Key] | undefined }) {
  return Object.fromEntries(
    Object.entries(filter).filter(
      ([, value]) =>
        value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  ) as LibraryFilter;
}

export const isFiltered = (filter: LibraryFilter): boolean => Object.keys(filter).length > 0;

/** Conditions that the popover of filters holds: all but the text, which has a place of its own. */
export const conditionCount = ({ text: _text, fromDay, toDay, ...others }: LibraryFilter): number =>
  Object.keys(others).length + (fromDay !== undefined || toDay !== undefined ? 1 : 0);

export function useFilter<Selected>(select: (state: FilterState) => Selected): Selected {
  return useStore(filterStore, select);
}
