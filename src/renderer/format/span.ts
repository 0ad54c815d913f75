/** A stretch of a recording, s from its start; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** So many sample frames are seen at the nearest. */
const LEAST_FRAMES = 24;

export const leastSpan = (sampleRate: number): number => LEAST_FRAMES / Math.max(1, sampleRate);

/** The stretch moved, and made shorter or longer as little as needed, to lie within a recording of `length` s. */
export function clamped({ from, to }: Span, length: number, least: number): Span {
  const size = Math.min(Math.max(to - from, Math.min(least, length)), length);
  const start = Math.min(Math.max(from, 0), length - size);
  return { from: start, to: start + size };
}

/** A `factor` below 1 comes nearer; what is at `anchor` stays where it is. */
export function zoomed(span: Span, length: number, least: number, factor: number, anchor: number): Span {
  const size = span.to - span.from;
  const next = Math.min(Math.max(size * factor, Math.min(least, length)), length);
  const part = size > 0 ? (anchor - span.from) / size : 0.5;
  const from = anchor - part * next;
  return clamped({ from, to: from + next }, length, least);
}

export function panned({ from, to }: Span, length: number, by: number): Span {
  return clamped({ from: from + by, to: to + by }, length, 0);
}

/** Moves only when `at` is out of sight, and then so that it is a tenth from the left: what comes is seen. */
export function showing(span: Span, length: number, at: number): Span {
  if (at >= span.from && at < span.to) return span;
  const size = span.to - span.from;
  const from = at - size / 10;
  return clamped({ from, to: from + size }, length, 0);
}
