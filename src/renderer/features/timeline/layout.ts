import type { View } from '../../stores/view.ts';

/** Height of a lane, px: a compact row. */
export const LANE_HEIGHT = 26;
/** Height of the row of hour labels, px. */
export const AXIS_HEIGHT = 20;
/** Free space above and below what a lane shows, px. */
const LANE_PADDING = 3;
/** Height of the line that says: there is audio, px. */
const EXTENT_HEIGHT = 4;
/** A section with this score, dB, or a higher one, is as tall as its lane. */
const TALLEST_SCORE = 45;
const LEAST_SECTION_PX = 5;
/** Narrower is not seen, px. */
export const LEAST_WIDTH_PX = 2;

/** What is seen of the timeline. */
export interface Scale {
  readonly view: View;
  /** px */
  readonly width: number;
}

export const xOf = ({ view, width }: Scale, at: number): number => ((at - view.from) / (view.to - view.from)) * width;

export const instantAt = ({ view, width }: Scale, x: number): number => view.from + (x / width) * (view.to - view.from);

/** Top of the space of a lane's audio, and its height; `top` is that of the lane. */
export const extentBox = (top: number): { y: number; height: number } => ({
  y: top + LANE_HEIGHT - LANE_PADDING - EXTENT_HEIGHT,
  height: EXTENT_HEIGHT,
});

export const gapBox = (top: number): { y: number; height: number } => ({
  y: top + LANE_PADDING,
  height: LANE_HEIGHT - 2 * LANE_PADDING,
});

/** The stronger, the taller. */
export function sectionBox(top: number, score: number): { y: number; height: number } {
  const most = LANE_HEIGHT - 2 * LANE_PADDING - EXTENT_HEIGHT;
  const part = Math.max(0, Math.min(1, score / TALLEST_SCORE));
  const height = Math.round(LEAST_SECTION_PX + part * (most - LEAST_SECTION_PX));
  return { y: top + LANE_HEIGHT - LANE_PADDING - EXTENT_HEIGHT - height, height };
}
