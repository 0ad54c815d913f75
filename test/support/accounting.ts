/** A stretch of time, ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Account {
  /** Parts of the whole in which none of the spans is. */
  readonly holes: Span[];
  /** Parts in which more than one is. */
  readonly overlaps: Span[];
}

/** Holds spans against the time that they should fill. What lies outside of it does not count. */
export function account(whole: Span, spans: readonly Span[]): Account {
  const holes: Span[] = [];
  const overlaps: Span[] = [];
  let at = whole.from;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const [start, end] = [Math.max(from, whole.from), Math.min(to, whole.to)];
    if (end <= start) continue;
    if (start > at) holes.push({ from: at, to: start });
    if (start < at) join(overlaps, { from: start, to: Math.min(at, end) });
    at = Math.max(at, end);
  }
  if (at < whole.to) holes.push({ from: at, to: whole.to });
  return { holes, overlaps };
}

/** Adds a span, to the last one where it goes on. */
function join(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last && span.from <= last.to) spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  else spans.push(span);
}

export const lengthOfSpan = ({ from, to }: Span): number => to - from;
