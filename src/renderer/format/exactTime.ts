const two = (value: number): string => String(value).padStart(2, '0');

/** A position as it is typed and read: `0:07.250`, `1:02:03.000`; rounded to ms. */
export function exactTime(seconds: number): string {
  const total = Math.round(Math.max(0, seconds) * 1000);
  const ms = String(total % 1000).padStart(3, '0');
  const whole = Math.floor(total / 1000);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}.${ms}`;
}

const SECONDS = /^\d+(?:[.,]\d{1,6})?$/;
const CLOCK = /^(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,6})?)$/;

/** The seconds that `ss.mmm`, `m:ss` or `h:mm:ss`, both also with decimals, stand for; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim();
  const number = (part: string): number => Number(part.replace(',', '.'));
  if (SECONDS.test(trimmed)) return number(trimmed);
  const found = CLOCK.exec(trimmed);
  if (!found) return undefined;
  const [, hours, minutes = '', seconds = ''] = found;
  if (number(seconds) >= 60 || (hours !== undefined && Number(minutes) >= 60)) return undefined;
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + number(seconds);
}
