/** A stretch of time: `from` inclusive, `to` exclusive, ms since 1970 UTC. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The same time as stretches in order that neither touch nor overlap; empty ones are left out. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** What is in both; each of `one` and `other` must be a {@link union}. */
export function intersection(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const shared: Interval[] = [];
  for (let a = 0, b = 0; ;) {
    const left = one[a];
    const right = other[b];
    if (!left || !right) return shared;
    const from = Math.max(left.from, right.from);
    const to = Math.min(left.to, right.to);
    if (from < to) shared.push({ from, to });
    if (left.to < right.to) a += 1;
    else b += 1;
  }
}

/** What is in `one` and not in `other`; each must be a {@link union}. */
export function difference(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let next = 0;
  for (const { from, to } of one) {
    let at = from;
    while (next < other.length && (other[next]?.to ?? 0) <= at) next += 1;
    for (let index = next; index < other.length; index += 1) {
      const taken = other[index];
      if (!taken || taken.from >= to) break;
      if (taken.from > at) rest.push({ from: at, to: taken.from });
      at = Math.max(at, taken.to);
    }
    if (at < to) rest.push({ from: at, to });
  }
  return rest;
}

export function length(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { from, to }) => sum + (to - from), 0);
}
