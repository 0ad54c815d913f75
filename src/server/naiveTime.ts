/** An instant (ms since 1970 UTC) as Speakr writes it: ISO 8601 in UTC, without saying so. */
export const naiveTime = (at: number): string => new Date(at).toISOString().slice(0, -1);

export const naiveTimeOrNull = (at: number | undefined): string | null => (at === undefined ? null : naiveTime(at));
