import type { DaySummary, Gap, Recording } from '../../shared/domain/recording.ts';
import type { ArmingMark } from './armingMarks.ts';
import { lengthMs } from '../format/recording.ts';

/** What the window knows of one day. Values, never changed in place. */
export interface DayEntry {
  readonly summary: DaySummary;
  /** One slot per recording of the day, newest first; undefined until its page has been loaded. */
  readonly slots: readonly (Recording | undefined)[];
  /** Newest first. */
  readonly gaps: readonly Gap[];
  /** Where recording began and ended, newest first. */
  readonly armings: readonly ArmingMark[];
}

export function newEntry(summary: DaySummary): DayEntry {
  return { summary, slots: emptySlots(summary.recordings), gaps: [], armings: [] };
}

const emptySlots = (total: number): undefined[] => Array.from({ length: total }, () => undefined);

/** Fills in a page. When the day turned out to have another number of recordings, the rest must be loaded anew. */
export function withPage(entry: DayEntry, offset: number, page: readonly Recording[], total: number): DayEntry {
  const slots: (Recording | undefined)[] = total === entry.slots.length ? entry.slots.slice() : emptySlots(total);
  const ids = new Set(page.map(({ id }) => id));
  const stale = slots.some(
    (slot, index) => slot && ids.has(slot.id) && (index < offset || index >= offset + page.length),
  );
  const base = stale ? emptySlots(total) : slots;
  for (const [index, recording] of page.entries()) if (offset + index < total) base[offset + index] = recording;
  return { ...entry, slots: base };
}

/** Puts a recording where its start belongs, or replaces what is known of it; the totals go along at once. */
export function withRecording(entry: DayEntry, recording: Recording): DayEntry {
  const known = entry.slots.findIndex((slot) => slot?.id === recording.id);
  if (known >= 0) {
    const summary = counted(entry.summary, entry.slots[known], recording);
    return { ...entry, summary, slots: entry.slots.with(known, recording) };
  }
  const later = entry.slots.findIndex((slot) => !slot || comesAfter(slot, recording));
  const at = later < 0 ? entry.slots.length : later;
  const landsInTheUnknown = at < entry.slots.length && !entry.slots[at];
  if (landsInTheUnknown) return { ...entry, slots: emptySlots(entry.slots.length + 1) };
  const summary = counted(entry.summary, undefined, recording);
  return { ...entry, summary, slots: entry.slots.toSpliced(at, 0, recording) };
}

/** Totals with a recording, which they may have held in a former state. */
function counted(summary: DaySummary, before: Recording | undefined, after: Recording): DaySummary {
  return {
    ...summary,
    recordings: summary.recordings + (before ? 0 : 1),
    durationMs: summary.durationMs + lengthMs(after) - (before ? lengthMs(before) : 0),
    bytes: summary.bytes + after.bytes - (before?.bytes ?? 0),
  };
}

/** In the order of the library: newest first, and by name where sources share a boundary. */
function comesAfter(one: Recording, other: Recording): boolean {
  if (one.startedAt !== other.startedAt) return one.startedAt < other.startedAt;
  return one.sourceName.toLowerCase() >= other.sourceName.toLowerCase();
}

/** Takes deleted recordings out; the totals of the day are asked for anew. */
export function withoutRecordings(entry: DayEntry, ids: ReadonlySet<string>): DayEntry {
  const slots = entry.slots.filter((slot) => !slot || !ids.has(slot.id));
  const unknown = ids.size - (entry.slots.length - slots.length);
  const summary = { ...entry.summary, recordings: Math.max(0, entry.summary.recordings - ids.size) };
  // Where those that are not loaded stood is not known.
  return { ...entry, summary, slots: unknown > 0 ? emptySlots(summary.recordings) : slots };
}

/** Adds a gap or replaces what is known of it. */
export function withGap(entry: DayEntry, gap: Gap): DayEntry {
  const others = entry.gaps.filter(({ id }) => id !== gap.id);
  // One without any length turned out to be none.
  if (gap.to !== undefined && gap.to <= gap.from) return { ...entry, gaps: others };
  const later = others.findIndex(({ from }) => from <= gap.from);
  return { ...entry, gaps: others.toSpliced(later < 0 ? others.length : later, 0, gap) };
}

/** Takes over new totals; the slots follow when their number changed unnoticed. */
export function withSummary(entry: DayEntry, summary: DaySummary): DayEntry {
  const sameLength = summary.recordings === entry.slots.length;
  return { ...entry, summary, slots: sameLength ? entry.slots : emptySlots(summary.recordings) };
}

/** First index of every page of `size` that is needed to show the slots from `from` to `to` (exclusive). */
export function missingPages(entry: DayEntry, from: number, to: number, size: number): number[] {
  const pages = new Set<number>();
  for (let index = Math.max(0, from); index < Math.min(to, entry.slots.length); index += 1) {
    if (!entry.slots[index]) pages.add(index - (index % size));
  }
  return [...pages];
}
