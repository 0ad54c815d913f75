import type { Recording } from '../shared/domain/recording.ts';
import { EXIT, Failure } from './exit.ts';

const DAY_S = 86_400;
const CLOCK = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$/;

/**
 * A place in a recording, s from its start: `90`, `1:30`, `0:01:30.5`; `@14:02:11` by the clock on the wall there; or an
 * instant such as `2026-11-21T14:02:11+01:00`. Throws {@link Failure} for anything else, and for what is before it.
 */
export function position(text: string, { startedAt, offsetMinutes }: Recording): number {
  const given = text.trim();
  if (/^\d+([.,]\d+)?$/.test(given)) return Number(given.replace(',', '.'));
  const clock = seconds(given.replace(/^@/, ''));
  if (clock !== undefined && !given.startsWith('@')) return clock;
  if (clock !== undefined) {
    const start = ((startedAt / 1000 + offsetMinutes * 60) % DAY_S) + 0;
    // A recording that goes on over midnight.
    return (((clock - start) % DAY_S) + DAY_S) % DAY_S;
  }
  const at = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isFinite(at)) {
    throw new Failure(
      EXIT.usage,
      `"${text}" is no place in a recording: write 90, 1:30, @14:02:11 or 2026-11-21T14:02:11Z.`,
    );
  }
  if (at < startedAt) throw new Failure(EXIT.usage, `${text} is before the beginning of the recording.`);
  return (at - startedAt) / 1000;
}

function seconds(text: string): number | undefined {
  const [, hours = '0', minutes = '', rest = ''] = CLOCK.exec(text) ?? [];
  if (minutes === '' || Number(rest.replace(',', '.')) >= 60) return undefined;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest.replace(',', '.'));
}
