import { useSyncExternalStore } from 'react';

/** Narrower than this, the inspector has no column of its own; the same as in inspector.css. */
const narrow = matchMedia('(max-width: 74.9rem)');

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}

export const isNarrow = (): boolean => narrow.matches;

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, isNarrow);
}
