import type { Lane } from '../../../shared/contract/review.ts';
import type { Marker } from '../../../shared/domain/section.ts';
import { AXIS_HEIGHT, instantAt, LANE_HEIGHT, LEAST_WIDTH_PX, type Scale, xOf } from './layout.ts';

type Section = Lane['sections'][number];
type Extent = Lane['extents'][number];
type Gap = Lane['gaps'][number];

/** What the pointer is on. */
export type Hit =
  | { readonly kind: 'section'; readonly lane: Lane; readonly section: Section }
  | { readonly kind: 'gap'; readonly lane: Lane; readonly gap: Gap }
  | { readonly kind: 'extent'; readonly lane: Lane; readonly extent: Extent; readonly at: number }
  | { readonly kind: 'marker'; readonly marker: Marker }
  | { readonly kind: 'nothing'; readonly at: number };

/** Things are easier to hit than they are to see, px. */
const REACH_PX = 4;

interface Point {
  readonly x: number;
  /** From the top of the axis. */
  readonly y: number;
}

export interface Shown extends Scale {
  readonly lanes: readonly Lane[];
  readonly markers: readonly Marker[];
  /** px */
  readonly scrollTop: number;
  /** Where an open recording ends now, ms since 1970 UTC. */
  readonly now: number;
}

/** The nearest marker on the axis, or what lies in the lane: a section before a gap before audio. */
export function hitAt(shown: Shown, { x, y }: Point): Hit {
  const at = instantAt(shown, x);
  if (y < AXIS_HEIGHT) {
    const marker = nearest(shown.markers, (one) => Math.abs(xOf(shown, one.at) - x));
    return marker ? { kind: 'marker', marker } : { kind: 'nothing', at };
  }
  const lane = shown.lanes[Math.floor((y - AXIS_HEIGHT + shown.scrollTop) / LANE_HEIGHT)];
  if (!lane) return { kind: 'nothing', at };
  const distance = ({ from, to }: { readonly from: number; readonly to: number }): number => {
    const left = xOf(shown, from);
    const right = Math.max(xOf(shown, to), left + LEAST_WIDTH_PX);
    return x < left ? left - x : x > right ? x - right : 0;
  };
  const section = nearest(lane.sections, distance);
  if (section) return { kind: 'section', lane, section };
  const gap = nearest(lane.gaps, distance);
  if (gap) return { kind: 'gap', lane, gap };
  const extent = lane.extents.find(
    ({ from, to, state }) => from <= at && at < (state === 'recording' ? Math.max(to, shown.now) : to),
  );
  return extent ? { kind: 'extent', lane, extent, at } : { kind: 'nothing', at };
}

/** The one with the least distance within reach; the last of equals, for it is drawn above the others. */
function nearest<Item>(items: readonly Item[], distance: (item: Item) => number): Item | undefined {
  let found: Item | undefined;
  let least = REACH_PX;
  for (const item of items) {
    const far = distance(item);
    if (far <= least) {
      found = item;
      least = far;
    }
  }
  return found;
}
