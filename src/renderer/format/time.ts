const MINUTE_MS = 60_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const two = (value: number): string => String(value).padStart(2, '0');

/** A date whose UTC fields read as the wall clock of a place `offsetMinutes` east of UTC. */
function shifted(instantMs: number, offsetMinutes: number): Date {
  return new Date(instantMs + offsetMinutes * MINUTE_MS);
}

/** Wall clock `HH:MM:SS` of a place `offsetMinutes` east of UTC. */
export function wallTime(instantMs: number, offsetMinutes: number): string {
  const at = shifted(instantMs, offsetMinutes);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** An instant or a duration to the nearest second, for where a boundary a millisecond off must not look a second off. */
export const nearestSecond = (ms: number): number => Math.round(ms / 1000) * 1000;

/** A duration as text; below 10 s with tenths, for there they matter: `0.4 s`, `0:00:12`. */
export function exactDuration(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(nearestSecond(ms));
}

/** Wall clock `HH:MM:SS.t`, cut (not rounded) to tenths, so that it never shows a tenth that is not there yet. */
export function wallTimeTenths(instantMs: number, offsetMinutes: number): string {
  const at = shifted(instantMs, offsetMinutes);
  return `${wallTime(instantMs, offsetMinutes)}.${Math.floor(at.getUTCMilliseconds() / 100)}`;
}

/** `UTC+1`, `UTC-3:30`, `UTC`. */
export function offsetName(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'UTC';
  const size = Math.abs(offsetMinutes);
  const minutes = size % 60;
  return `UTC${offsetMinutes < 0 ? '-' : '+'}${Math.floor(size / 60)}${minutes === 0 ? '' : `:${two(minutes)}`}`;
}

/** Duration `h:mm:ss`, cut to whole seconds. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
}

/** Duration for reading aloud: `1 hour 3 minutes 27 seconds`. */
export function spokenDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(total / 3600), 'hour'],
    [Math.floor(total / 60) % 60, 'minute'],
    [total % 60, 'second'],
  ] as const;
  const spoken = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return spoken.length > 0 ? spoken.join(' ') : '0 seconds';
}

/** Time that is left, `m:ss` or `h:mm:ss`, rounded up: it reads 0:00 only when nothing is left. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** The length of a split in words: `1 hour`, `90 s`, `15 minutes`. */
export function splitLength(seconds: number): string {
  if (seconds % 3600 === 0) return seconds === 3600 ? '1 hour' : `${seconds / 3600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
  return `${seconds} s`;
}

/** The local calendar day of an instant, `YYYY-MM-DD`, in this computer's zone. */
export function localDay(instantMs: number): string {
  const at = new Date(instantMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The calendar day after (`days` > 0) or before a day `YYYY-MM-DD`. */
export function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** `Saturday 21 November 2026`; the text itself when it is not a day. */
export function dayTitle(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return day;
  const weekday = WEEKDAYS[at.getUTCDay()] ?? '';
  const month = MONTHS[at.getUTCMonth()] ?? '';
  return `${weekday} ${at.getUTCDate()} ${month} ${at.getUTCFullYear()}`;
}

/** `Sat 21 Nov 2026`, where there is little room; the text itself when it is not a day. */
export function shortDay(day: string): string {
  return dayTitle(day)
    .split(' ')
    .map((word) => (/^\d/.test(word) ? word : word.slice(0, 3)))
    .join(' ');
}

/** `Today`, `Yesterday`, or undefined for every other day. */
export function relativeDay(day: string, today: string): 'Today' | 'Yesterday' | undefined {
  if (day === today) return 'Today';
  if (day === shiftDay(today, -1)) return 'Yesterday';
  return undefined;
}
