import type { DaySummary, Gap, Recording } from '../../../shared/domain/recording.ts';
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
  | { readonly kind: 'unloaded'; readonly key: string; readonly day: string; readonly slot: number };

interface PlacedGap {
  /** The gap's line stands above the recording in this slot. */
  readonly slot: number;
  readonly gap: Gap;
}

/** Where the gaps of a day stand. A gap between recordings that are not loaded is shown when they are. */
function placeGaps(entry: DayEntry): PlacedGap[] {
  const placed: PlacedGap[] = [];
  let next = 0;
  for (const [slot, recording] of entry.slots.entries()) {
    if (next === entry.gaps.length) return placed;
    if (!recording) continue;
    const known = slot === 0 || entry.slots[slot - 1] !== undefined;
    for (let gap = entry.gaps[next]; gap && gap.from > recording.startedAt; gap = entry.gaps[next]) {
      if (known) placed.push({ slot, gap });
      next += 1;
    }
  }
  const endIsKnown = entry.slots.length === 0 || entry.slots.at(-1) !== undefined;
  if (endIsKnown) for (const gap of entry.gaps.slice(next)) placed.push({ slot: entry.slots.length, gap });
  return placed;
}

const placedGaps = new WeakMap<DayEntry, readonly PlacedGap[]>();

function gapsOf(entry: DayEntry): readonly PlacedGap[] {
  let placed = placedGaps.get(entry);
  if (!placed) {
    placed = placeGaps(entry);
    placedGaps.set(entry, placed);
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
      const length = 1 + (expanded ? entry.slots.length + gapsOf(entry).length : 0);
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
    const gaps = gapsOf(entry);
    // The gap at position g stands on line slot + g: that many recordings and gaps are above it.
    const before = lastAtMost(gaps.length, line, (at) => (gaps[at]?.slot ?? 0) + at);
    const placed = gaps[before];
    if (placed && placed.slot + before === line) {
      const neighbour = entry.slots[placed.slot] ?? entry.slots[placed.slot - 1];
      return { kind: 'gap', key: placed.gap.id, day, gap: placed.gap, offsetMinutes: neighbour?.offsetMinutes };
    }
    const slot = line - (before + 1);
    const recording = entry.slots[slot];
    return recording
      ? { kind: 'recording', key: recording.id, day, recording }
      : { kind: 'unloaded', key: `${day}/${slot}`, day, slot };
  }

  /** Index of the line with this key in a day; undefined when it is not there, or not loaded. */
  indexOf(day: string, key: string): number | undefined {
    const block = this.#blocks.find((candidate) => candidate.day === day);
    if (!block) return undefined;
    if (key === day) return block.start;
    if (!block.expanded) return undefined;
    const gaps = gapsOf(block.entry);
    const first = block.start + 1;
    const slot = block.entry.slots.findIndex((recording) => recording?.id === key);
    // The line of a recording is below all gaps that stand above its slot or higher.
    if (slot >= 0) return first + slot + lastAtMost(gaps.length, slot, (at) => gaps[at]?.slot ?? 0) + 1;
    const gap = gaps.findIndex((placed) => placed.gap.id === key);
    return gap < 0 ? undefined : first + (gaps[gap]?.slot ?? 0) + gap;
  }
}
