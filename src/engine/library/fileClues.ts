import type { Clock } from '../../shared/ports/clock.ts';
import { type Millis, millis } from '../../shared/units.ts';

/** What the path of a file tells about its recording. */
export interface FileClues {
  readonly sourceName: string;
  readonly start?: {
    /** The date and time in the name, as if they were UTC; ms since 1970. */
    readonly local: Millis;
    /** Minutes east of UTC, when the name says so. */
    readonly offsetMinutes?: number;
  };
}

const DATE = String.raw`(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})`;
const TIME = String.raw`(\d{2})[-_.:h]?(\d{2})(?:[-_.:m]?(\d{2}))?`;
const ZONE = String.raw`(Z|[+-]\d{2}:?\d{2})?(?!\d)`;

/** A date and a time in one name: `%Y%m%dT%H%M%S%z` and its relatives. */
const STAMP = new RegExp(`${DATE}[T _.-]?${TIME}${ZONE}`, 'g');
/** A folder that is a date, and a name that begins with a time. */
const DATED_FOLDER = new RegExp(String.raw`(?:^|/)${DATE}/${TIME}${ZONE}[^/]*$`, 'g');
const DATE_ALONE = new RegExp(`^${DATE}$`);

/** Longest name of a source, as settings have it. */
const MAX_NAME_LENGTH = 80;

/** Reads what the name of a file and its folders tell. `path` is relative to the recordings folder, with `/`. */
export function readFileClues(path: string): FileClues {
  const folders = path.split('/');
  const stem = (folders.pop() ?? '').replace(/\.[^.]*$/, '');
  const inName = lastStamp(STAMP, stem);
  const stamp = inName ?? lastStamp(DATED_FOLDER, [...folders, stem].join('/'));
  const before = inName ? stem.slice(0, inName.index) : '';
  const folder = folders.find((name) => !DATE_ALONE.test(name));
  const name = [before, folder ?? '', stem].map(tidyName).find((text) => text.length > 0) ?? 'Unknown';
  return { sourceName: name, ...(stamp ? { start: stamp.start } : {}) };
}

/** Start in UTC and offset of place: from the name's own zone, else from the zone of this computer. */
export function resolveStart(
  start: NonNullable<FileClues['start']>,
  clock: Clock,
): { readonly startedAt: Millis; readonly offsetMinutes: number } {
  if (start.offsetMinutes !== undefined) {
    return { startedAt: shifted(start.local, start.offsetMinutes), offsetMinutes: start.offsetMinutes };
  }
  // The offset depends on the instant, which depends on the offset: the second guess is right but for the hour
  // that a clock change leaves out or repeats.
  const guess = shifted(start.local, clock.offsetMinutes(start.local));
  const offsetMinutes = clock.offsetMinutes(guess);
  return { startedAt: shifted(start.local, offsetMinutes), offsetMinutes };
}

const shifted = (local: Millis, offsetMinutes: number): Millis => millis(local - offsetMinutes * 60_000);

function tidyName(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/^[\s_.-]+|[\s_.-]+$/g, '')
    .slice(0, MAX_NAME_LENGTH)
    .trim();
}

function lastStamp(
  pattern: RegExp,
  text: string,
): { readonly index: number; readonly start: NonNullable<FileClues['start']> } | undefined {
  let found: ReturnType<typeof lastStamp>;
  for (const match of text.matchAll(pattern)) {
    const start = toStart(match);
    if (start) found = { index: match.index, start };
  }
  return found;
}

function toStart(match: RegExpMatchArray): FileClues['start'] | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(local);
  // Date.UTC carries an impossible month, day or hour over into the next.
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  if (!real || year < 1970 || minute > 59 || second > 59) return undefined;
  const zone = match[7];
  return { local: millis(local), ...(zone === undefined ? {} : { offsetMinutes: zoneMinutes(zone) }) };
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
