import { CLOCK_STEPS } from '../../format/clockSteps.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Distances between marks that read well on a clock, ms. */
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, ...CLOCK_STEPS] as const;

export interface Mark {
  /** 0..1 of the length */
  readonly position: number;
  /** Wall clock, `14:05` or `14:05:30`; between seconds `:30.125`. */
  readonly label: string;
}

/** Width of a character of a label at most, and of the tick before it, px. */
const CHARACTER_PX = 8;
const TICK_PX = 6;

/** The marks whose labels end before the right edge. */
export function fitting(all: readonly Mark[], widthPx: number): Mark[] {
  return all.filter(({ position, label }) => position * widthPx + TICK_PX + label.length * CHARACTER_PX <= widthPx);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Marks at round wall-clock times within a recording, at least `apartPx` px apart on `widthPx` px. */
export function marks(
  startedAt: number,
  offsetMinutes: number,
  lengthMs: number,
  widthPx: number,
  apartPx: number,
): Mark[] {
  if (!(lengthMs > 0) || !(widthPx > 0)) return [];
  const least = (lengthMs * apartPx) / widthPx;
  const step = STEPS.find((candidate) => candidate >= least) ?? 24 * HOUR;
  const local = startedAt + offsetMinutes * MINUTE;
  const found: Mark[] = [];
  const first = Math.ceil(local / step);
  // Counted, not added up: thousands of small steps would drift.
  for (let index = first; index * step <= local + lengthMs; index += 1) {
    const at = index * step;
    found.push({ position: (at - local) / lengthMs, label: labelOf(at, step) });
  }
  return found;
}

function labelOf(at: number, step: number): string {
  const clock = new Date(Math.round(at));
  const minutes = `${two(clock.getUTCHours())}:${two(clock.getUTCMinutes())}`;
  if (step >= MINUTE) return minutes;
  if (step >= SECOND) return `${minutes}:${two(clock.getUTCSeconds())}`;
  const decimals = Math.max(1, Math.ceil(3 - Math.log10(step)));
  const seconds = (at % MINUTE) / SECOND;
  return `:${seconds.toFixed(decimals).padStart(decimals + 3, '0')}`;
}
