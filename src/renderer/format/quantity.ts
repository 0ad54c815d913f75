const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12,345`. */
export const amount = (value: number): string => counts.format(value);

/** `1 recording`, `12,345 recordings`. */
export function count(total: number, singular: string, plural = `${singular}s`): string {
  return `${counts.format(total)} ${total === 1 ? singular : plural}`;
}

const SIZE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Size in decimal units with one decimal: `512 B`, `5.8 MB`, `12.4 GB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${Math.max(0, Math.round(bytes))} B`;
  let value = bytes;
  let unit = 'B';
  for (const next of SIZE_UNITS) {
    // 999.95 would be shown as 1000.0 of the smaller unit.
    if (value < 999.95) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(value: number): string {
  const tens = value % 100;
  if (tens >= 11 && tens <= 13) return `${value}th`;
  const suffix = { 1: 'st', 2: 'nd', 3: 'rd' }[value % 10];
  return `${value}${suffix ?? 'th'}`;
}

/** A level with one decimal and a true minus sign: `−12.4`; `−∞` below the range of 16-bit audio. */
export function level(dbfs: number): string {
  if (!(dbfs > -99.95)) return '−∞';
  const text = Math.abs(dbfs).toFixed(1);
  return dbfs < 0 && text !== '0.0' ? `−${text}` : text;
}

/** A rough length of time in one unit: `9 days`, `5 hours`, `40 minutes`. */
export function roughTime(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 90) return count(Math.max(0, Math.floor(minutes)), 'minute');
  const hours = minutes / 60;
  if (hours < 48) return count(Math.floor(hours), 'hour');
  const days = hours / 24;
  return days < 730 ? count(Math.floor(days), 'day') : 'over 2 years';
}
