/** h:mm:ss */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** `12.4 GB`, `3.1 MB`. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(bytes / 1000)} kB`;
}

/** An instant, ms since 1970 UTC, as the clock on the wall had it: `2026-11-21 14:02:11.400`. */
export function wallClock(at: number, offsetMinutes: number): string {
  return new Date(Math.round(at) + offsetMinutes * 60_000).toISOString().replace('T', ' ').replace('Z', '');
}

/** An instant of now, in this computer's zone, to the second. */
export function localTime(at: number): string {
  return wallClock(at, -new Date(at).getTimezoneOffset()).slice(0, 19);
}

/** `1 source`, `2 sources` */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
