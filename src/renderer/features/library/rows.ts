import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
import type { ArmingMark } from '../../stores/armingMarks.ts';
import type { DayEntry } from '../../stores/dayEntry.ts';

/** One line of the list. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly summary: DaySummary; readonly expanded: boolean }
  | { readonly kind: 'recording'; readonly key: string; readonly day: string; readonly recording: Recording }
  | {
      readonly kind: 'gap';
      readonly key: string;
      readonly day: string;
      readonly gap: Gap;
      readonly offsetMinutes: number | undefined;
    }
  | {
      readonly kind: 'arming';
      readonly key: string;
      readonly day: string;
      readonly arming: ArmingMark;
      readonly offsetMinutes: number | undefined;
    }
  | { readonly kind: 'unloaded'; readonly key: string; readonly day: string; readonly slot: number };

/** What stands between recordings. */
type Mark =
  | { readonly kind: 'gap'; readonly id: string; readonly at: number; readonly gap: Gap }
  | { readonly kind: 'arming'; readonly id: string; readonly at: number; readonly arming: ArmingMark };

interface PlacedMark {
  /** The mark's line stands above the recording in this slot. */
  readonly slot: number;
  readonly mark: Mark;
}

/** Gaps, and where recording began and ended, newest first. */
function marksOf({ gaps, armings }: DayEntry): Mark[] {
  const marks: Mark[] = [
    ...gaps.map((gap) => ({ kind: 'gap' as const, id: gap.id, at: gap.from, gap })),
    ...armings.map((arming) => ({ kind: 'arming' as const, id: arming.id, at: arming.at, arming })),
  ];
  return marks.toSorted((a, b) => b.at - a.at);
}

/** Where the marks of a day stand. One between recordings that are not loaded is shown when they are. */
function placeMarks(entry: DayEntry): PlacedMark[] {
  const marks = marksOf(entry);
  const placed: PlacedMark[] = [];
  let next = 0;
  // A day may have 100,000 slots, and this is done whenever a page of them is there: no pair is made for each.
  for (let slot = 0; slot < entry.slots.length; slot += 1) {
    if (next === marks.length) return placed;
    const recording = entry.slots[slot];
    if (!recording) continue;
    const known = slot === 0 || entry.slots[slot - 1] !== undefined;
    for (let mark = marks[next]; mark && mark.at > recording.startedAt; mark = marks[next]) {
      if (known) placed.push({ slot, mark });
      next += 1;
    }
  }
  const endIsKnown = entry.slots.length === 0 || entry.slots.at(-1) !== undefined;
  if (endIsKnown) for (const mark of marks.slice(next)) placed.push({ slot: entry.slots.length, mark });
  return placed;
}

const placedMarks = new WeakMap<DayEntry, readonly PlacedMark[]>();

function placedIn(entry: DayEntry): readonly PlacedMark[] {
  let placed = placedMarks.get(entry);
  if (!placed) {
    placed = placeMarks(entry);
    placedMarks.set(entry, placed);
  }
  return placed;
}

interface Block {
  readonly day: string;
  readonly entry: DayEntry;
  readonly expanded: boolean;
  /** Index of the day's own line. */
  readonly start: number;
  /** Lines of the day, its own included. */
  readonly length: number;
}

/** Last index whose value is at most `target`; `at` must not decrease. -1 when there is none. */
function lastAtMost(length: number, target: number, at: (index: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) <= target) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The list of all days as numbered lines, without making the lines: hundreds of thousands of recordings cost a
 * few numbers per day.
 */
export class RowIndex {
  readonly #blocks: readonly Block[];
  /** Number of lines. */
  readonly length: number;

  constructor(days: readonly string[], entries: ReadonlyMap<string, DayEntry>, isExpanded: (day: string) => boolean) {
    const blocks: Block[] = [];
    let start = 0;
    for (const day of days) {
      const entry = entries.get(day);
      if (!entry) continue;
      const expanded = isExpanded(day);
      const length = 1 + (expanded ? entry.slots.length + placedIn(entry).length : 0);
      blocks.push({ day, entry, expanded, start, length });
      start += length;
    }
    this.#blocks = blocks;
    this.length = start;
  }

  /** Indices of the lines of days, in order. */
  get dayRows(): number[] {
    return this.#blocks.map(({ start }) => start);
  }

  #blockAt(index: number): Block | undefined {
    const found = lastAtMost(this.#blocks.length, index, (at) => this.#blocks[at]?.start ?? 0);
    const block = this.#blocks[found];
    return block && index < block.start + block.length ? block : undefined;
  }

  /** The line of the day that the line at `index` belongs to. */
  dayRowOf(index: number): number | undefined {
    return this.#blockAt(index)?.start;
  }

  /** The line at `index`; undefined outside of the list. */
  at(index: number): Row | undefined {
    const block = this.#blockAt(index);
    if (!block) return undefined;
    const { day, entry, expanded, start } = block;
    if (index === start) return { kind: 'day', key: day, summary: entry.summary, expanded };

    const line = index - start - 1;
    const marks = placedIn(entry);
    // The mark at position m stands on line slot + m: that many recordings and marks are above it.
    const before = lastAtMost(marks.length, line, (at) => (marks[at]?.slot ?? 0) + at);
    const placed = marks[before];
    if (placed && placed.slot + before === line) {
      const offsetMinutes = (entry.slots[placed.slot] ?? entry.slots[placed.slot - 1])?.offsetMinutes;
      const { mark } = placed;
      return mark.kind === 'gap'
        ? { kind: 'gap', key: mark.id, day, gap: mark.gap, offsetMinutes }
        : { kind: 'arming', key: mark.id, day, arming: mark.arming, offsetMinutes };
    }
    const slot = line - (before + 1);
    const recording = entry.slots[slot];
    return recording
      ? { kind: 'recording', key: recording.id, day, recording }
      : { kind: 'unloaded', key: `${day}/${slot}`, day, slot };
  }

  /** Those of these recordings that are loaded, in the order of the list. */
  recordings(ids: ReadonlySet<string>): Recording[] {
    return this.#blocks.flatMap(({ entry }) =>
      entry.slots.filter((slot) => slot !== undefined).filter((slot) => ids.has(slot.id)),
    );
  }

  /** Index of the line with this key in a day; undefined when it is not there, or not loaded. */
  indexOf(day: string, key: string): number | undefined {
    const block = this.#blocks.find((candidate) => candidate.day === day);
    if (!block) return undefined;
    if (key === day) return block.start;
    if (!block.expanded) return undefined;
    const marks = placedIn(block.entry);
    const first = block.start + 1;
    const slot = block.entry.slots.findIndex((recording) => recording?.id === key);
    // The line of a recording is below all marks that stand above its slot or higher.
    if (slot >= 0) return first + slot + lastAtMost(marks.length, slot, (at) => marks[at]?.slot ?? 0) + 1;
    const mark = marks.findIndex((placed) => placed.mark.id === key);
    return mark < 0 ? undefined : first + (marks[mark]?.slot ?? 0) + mark;
  }
}
