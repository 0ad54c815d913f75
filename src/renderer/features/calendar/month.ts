import { MONTHS, shiftDay } from '../../format/time.ts';

/** A month as `2026-11`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** `November 2026`. */
export const monthTitle = (month: string): string => `${MONTHS[Number(month.slice(5)) - 1] ?? ''} ${month.slice(0, 4)}`;

export function shiftMonth(month: string, months: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((((index % 12) + 12) % 12) + 1).padStart(2, '0')}`;
}

/** Days of a month in weeks from Monday to Sunday; undefined where the week belongs to another month. */
export function weeksOf(month: string): (string | undefined)[][] {
  const first = `${month}-01`;
  const weekday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const weeks: (string | undefined)[][] = [];
  for (let monday = shiftDay(first, -weekday); monthOf(monday) <= month; monday = shiftDay(monday, 7)) {
    const days = Array.from({ length: 7 }, (_, index) => shiftDay(monday, index));
    weeks.push(days.map((day) => (monthOf(day) === month ? day : undefined)));
  }
  return weeks;
}

/** The same date in another month, or its last day. */
export function inMonth(day: string, month: string): string {
  const days = weeksOf(month)
    .flat()
    .filter((one) => one !== undefined);
  return days.findLast((one) => one.slice(8) <= day.slice(8)) ?? `${month}-01`;
}

/** Where a key leads from a day; undefined for other keys. */
export function nextDay(key: string, day: string): string | undefined {
  switch (key) {
    case 'ArrowLeft':
      return shiftDay(day, -1);
    case 'ArrowRight':
      return shiftDay(day, 1);
    case 'ArrowUp':
      return shiftDay(day, -7);
    case 'ArrowDown':
      return shiftDay(day, 7);
    case 'PageUp':
      return inMonth(day, shiftMonth(monthOf(day), -1));
    case 'PageDown':
      return inMonth(day, shiftMonth(monthOf(day), 1));
    case 'Home':
      return `${monthOf(day)}-01`;
    case 'End':
      return inMonth(`${monthOf(day)}-31`, monthOf(day));
    default:
      return undefined;
  }
}

/** How warm a day is, 0 to 4: the busiest day in view is 4, and a single section is at least 1. */
export function heat(sections: number, most: number): number {
  if (sections <= 0) return 0;
  return Math.max(1, Math.min(4, Math.ceil((4 * Math.log1p(sections)) / Math.log1p(Math.max(1, most)))));
}
