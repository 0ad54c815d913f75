import { z } from 'zod';

const KEY = 'longtake.expandedDays';
/** Older choices are dropped; a day that nobody touched is open only while it is the newest. */
const MOST_KEPT = 400;

const keptSchema = z.record(z.string(), z.boolean());

/** Which days the person has opened or closed before. */
export function readExpanded(): Map<string, boolean> {
  const text = localStorage.getItem(KEY);
  if (text === null) return new Map();
  try {
    const kept = keptSchema.safeParse(JSON.parse(text));
    return new Map(kept.success ? Object.entries(kept.data) : []);
  } catch (error) {
    // What is kept here is convenience: a broken text is replaced at the next change.
    console.warn('The list of opened days could not be read.', error);
    return new Map();
  }
}

export function writeExpanded(expanded: ReadonlyMap<string, boolean>): void {
  const newest = [...expanded].toSorted(([a], [b]) => (a < b ? 1 : -1)).slice(0, MOST_KEPT);
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
}
