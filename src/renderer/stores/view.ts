/** A stretch of time, ms since 1970 UTC; `to` is exclusive. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** So near can be looked at, ms. */
export const LEAST_SPAN_MS = 5000;

export const spanOf = ({ from, to }: View): number => to - from;

/** The stretch moved and shortened as little as needed to lie within `bounds`. */
export function clamped(view: View, bounds: View): View {
  const span = Math.min(Math.max(spanOf(view), LEAST_SPAN_MS), spanOf(bounds));
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - span);
  return { from, to: from + span };
}

/** `factor` below 1 comes nearer; what is at `anchor` stays where it is. */
export function zoomed(view: View, bounds: View, factor: number, anchor: number): View {
  const span = Math.min(Math.max(spanOf(view) * factor, LEAST_SPAN_MS), spanOf(bounds));
  const part = (anchor - view.from) / spanOf(view);
  const from = anchor - part * span;
  return clamped({ from, to: from + span }, bounds);
}

export function panned(view: View, bounds: View, byMs: number): View {
  return clamped({ from: view.from + byMs, to: view.to + byMs }, bounds);
}

/** Moves only when `at` is out of sight, and then so that it is a third from the left. */
export function showing(view: View, bounds: View, at: number): View {
  const span = spanOf(view);
  if (at >= view.from + span * 0.02 && at <= view.to - span * 0.05) return view;
  return clamped({ from: at - span / 3, to: at + (span * 2) / 3 }, bounds);
}

export const sameView = (one: View, other: View): boolean => one.from === other.from && one.to === other.to;
