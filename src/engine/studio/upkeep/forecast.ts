import type { Forecast } from '../../../shared/contract/upkeep.ts';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;
/** What was recorded in less than this says nothing of a day. */
const LEAST_MS = HOUR_MS;

export interface ForecastInput {
  /** Absent when the disk cannot be asked. */
  readonly freeBytes: number | undefined;
  /** With no more than this, recording ends. */
  readonly keptBytes: number;
  /** Of each source that is armed: bytes/s, or undefined while that is not known. */
  readonly armed: readonly { readonly name: string; readonly bytesPerSecond: number | undefined }[];
  /** Bytes that were recorded in the last 24 hours and 7 days. */
  readonly dayBytes: number;
  readonly weekBytes: number;
  /** How long ago the oldest recording began, ms; undefined without any. */
  readonly historyMs: number | undefined;
}

/** When the disk is full, by what is armed now and by what was recorded lately; says why where that cannot be known. */
export function forecasts(input: ForecastInput): readonly Forecast[] {
  return [
    { basis: 'now', ...rateNow(input) },
    { basis: 'day', ...rateOf(input, input.dayBytes, DAY_MS) },
    { basis: 'week', ...rateOf(input, input.weekBytes, WEEK_MS) },
  ];
}

type Rate = Omit<Forecast, 'basis'>;

function rateNow(input: ForecastInput): Rate {
  const { armed } = input;
  if (armed.length === 0) return { unknown: 'Nothing is armed.' };
  const unknown = armed.filter(({ bytesPerSecond }) => bytesPerSecond === undefined).map(({ name }) => name);
  if (unknown.length > 0) return { unknown: `How much ${unknown.join(', ')} takes is not known yet.` };
  return filling(
    input,
    armed.reduce((sum, { bytesPerSecond = 0 }) => sum + bytesPerSecond, 0),
  );
}

function rateOf(input: ForecastInput, bytes: number, windowMs: number): Rate {
  const { historyMs } = input;
  if (historyMs === undefined) return { unknown: 'Nothing was recorded yet.' };
  if (historyMs < LEAST_MS) return { unknown: 'Less than an hour has gone by since the first recording.' };
  return filling(input, (bytes * 1000) / Math.min(historyMs, windowMs));
}

function filling({ freeBytes, keptBytes }: ForecastInput, bytesPerSecond: number): Rate {
  if (freeBytes === undefined)
    return { bytesPerSecond, unknown: 'The recordings folder cannot be asked for its space.' };
  if (bytesPerSecond <= 0) return { bytesPerSecond: 0 };
  return { bytesPerSecond, fullInMs: (Math.max(0, freeBytes - keptBytes) * 1000) / bytesPerSecond };
}
