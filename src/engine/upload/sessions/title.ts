import strftime from 'strftime';
import type { UploadMeta } from '../driver.ts';

const LONGEST_TITLE = 200;
const USUAL_TITLE = '{source} %Y-%m-%d %H:%M:%S';

/** What a recording is called at a target, by local time of its place. `pattern`: strftime, and `{source}`. */
export function titleOf({ recording, part }: UploadMeta, pattern = USUAL_TITLE): string {
  const { sourceName, startedAt, offsetMinutes } = recording;
  const filled = pattern.replaceAll('{source}', sourceName.replaceAll('%', '%%'));
  const title = strftime.timezone(offsetMinutes)(filled, new Date(startedAt)).trim();
  const ending = part > 1 ? ` (part ${part})` : '';
  return `${title.slice(0, LONGEST_TITLE - ending.length)}${ending}`;
}

/** ISO 8601 with the zone of the place. */
export function startOf({ recording }: UploadMeta): string {
  const { startedAt, offsetMinutes } = recording;
  return strftime.timezone(offsetMinutes)('%Y-%m-%dT%H:%M:%S%:z', new Date(startedAt));
}

/** The title tells source and start to the second, so that it is no other recording's. */
export function namesSecond(pattern = USUAL_TITLE): boolean {
  const hasTime = /%[TXc]|%s|%H.*%M.*%S/.test(pattern);
  const hasDay = /%[FDxcs]|%[Yy].*%[mbB].*%[de]|%[de].*%[mbB].*%[Yy]/.test(pattern);
  return pattern.includes('{source}') && hasTime && hasDay;
}
