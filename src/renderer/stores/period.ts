import { shiftDay } from '../format/time.ts';

/** Days in view, both inclusive. */
export interface Period {
  readonly fromDay: string;
  readonly toDay: string;
}

/** Longest period that a timeline can be asked for, days. */
export const MOST_DAYS = 400;

const DAY_MS = 86_400_000;
const startOf = (day: string): number => new Date(`${day}T00:00:00`).getTime();

/** Midnight to midnight in this computer's zone, ms since 1970 UTC; a day has 23 or 25 hours when clocks change. */
export function boundsOf({ fromDay, toDay }: Period): { from: number; to: number } {
  return { from: startOf(fromDay), to: startOf(shiftDay(toDay, 1)) };
}

export const dayCount = ({ fromDay, toDay }: Period): number =>
  Math.round((Date.parse(`${toDay}T00:00:00Z`) - Date.parse(`${fromDay}T00:00:00Z`)) / DAY_MS) + 1;

/** In order, and not longer than {@link MOST_DAYS}: the newest days are kept. */
export function orderedPeriod(one: string, other: string): Period {
  const [fromDay, toDay] = one <= other ? [one, other] : [other, one];
  const earliest = shiftDay(toDay, 1 - MOST_DAYS);
  return { fromDay: fromDay < earliest ? earliest : fromDay, toDay };
}

export const isOneDay = ({ fromDay, toDay }: Period): boolean => fromDay === toDay;

export const samePeriod = (one: Period, other: Period): boolean =>
  one.fromDay === other.fromDay && one.toDay === other.toDay;
