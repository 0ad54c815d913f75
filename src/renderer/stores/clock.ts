import { useSyncExternalStore } from 'react';

const SECOND_MS = 1000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now = Date.now();
  // Just after the turn of the second, so that every count on the screen changes at once.
  timer = setTimeout(tick, SECOND_MS - (now % SECOND_MS) + 5);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

/** The present instant, ms since 1970 UTC; renders anew at each turn of a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
