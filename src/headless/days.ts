import { daySchema } from '../shared/domain/day.ts';
import type { Day } from '../shared/units.ts';
import { EXIT, Failure } from './exit.ts';

/** Whether it is a day of the calendar, as `2026-11-21`. */
export function isDay(text: string): boolean {
  return daySchema.safeParse(text).success;
}

/** @throws {Failure} for what is no day: asked for, it would find nothing, and nothing is in order. */
export function day(text: string): Day {
  const parsed = daySchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Failure(EXIT.usage, `"${text}" is no day. Write one as 2026-11-21.`);
}
