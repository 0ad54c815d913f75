import { CLOCK_STEPS } from '../../format/clockSteps.ts';
import { dayTitle } from '../../format/time.ts';
import type { View } from '../../stores/view.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between marks that read well on a clock, ms. */
const STEPS = [...CLOCK_STEPS, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY] as const;

export interface Tick {
  /** ms since 1970 UTC. */
  readonly at: number;
  /** `14:05`, `14:05:30` or `Sat 21 Nov`. */
  readonly label: string;
  /** Midnight. */
  readonly isDay: boolean;
}

/** Minutes east of UTC at an instant. */
export type OffsetAt = (instant: number) => number;

export const localOffset: OffsetAt = (instant) => -new Date(instant).getTimezoneOffset();

const two = (value: number): string => String(value).padStart(2, '0');

/** `Sat 21 Nov`. */
export function shortDay(day: string): string {
  const [weekday = '', date = '', month = ''] = dayTitle(day).split(' ');
  return `${weekday.slice(0, 3)} ${date} ${month.slice(0, 3)}`;
}

/**
 * Marks at round times of the local clock, at least `apartPx` px apart on `widthPx` px. Midnight is named by its day
 * where days are what is seen, or several.
 */
export function ticks(view: View, widthPx: number, apartPx: number, offsetAt: OffsetAt, namesDays: boolean): Tick[] {
  const span = view.to - view.from;
  if (!(span > 0) || !(widthPx > 0)) return [];
  const least = (span * apartPx) / widthPx;
  const step = STEPS.find((candidate) => candidate >= least) ?? STEPS.at(-1) ?? DAY;
  const found: Tick[] = [];
  for (let at = firstAt(view.from, step, offsetAt); at < view.to; at = firstAt(at + 1, step, offsetAt)) {
    const clock = new Date(at + offsetAt(at) * MINUTE);
    const isDay = clock.getUTCHours() === 0 && clock.getUTCMinutes() === 0 && clock.getUTCSeconds() === 0;
    const time = `${two(clock.getUTCHours())}:${two(clock.getUTCMinutes())}`;
    const asDay = isDay && (namesDays || step >= DAY);
    const label = asDay
      ? shortDay(clock.toISOString().slice(0, 10))
      : step < MINUTE
        ? `${time}:${two(clock.getUTCSeconds())}`
        : time;
    found.push({ at, label, isDay });
  }
  return found;
}

/** The first instant, not before `from`, whose local clock is a multiple of `step`. */
function firstAt(from: number, step: number, offsetAt: OffsetAt): number {
  const offset = offsetAt(from) * MINUTE;
  const at = Math.ceil((from + offset) / step) * step - offset;
  const later = offsetAt(at) * MINUTE;
  // Clocks change in between: the same clock reading is at another instant.
  return later === offset ? at : Math.max(from, at + offset - later);
}
