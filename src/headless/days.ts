import { EXIT, Failure } from './exit.ts';

/** Whether it is a day of the calendar, as `2026-11-21`. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Of a 30th of February some make the 2nd of March.
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

/** @throws {Failure} for what is no day: asked for, it would find nothing, and nothing is in order. */
export function day(text: string): string {
  if (isDay(text)) return text;
  throw new Failure(EXIT.usage, `"${text}" is no day. Write one as 2026-11-21.`);
}
