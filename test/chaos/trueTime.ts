import type { ClockSetting } from './setClock.ts';

/** A recording is labelled once it has begun, and may begin with what a server sent in the seconds before. */
const SLACK_MS = 7000;

/**
 * The true instant of a label that a clock gave which was set now and then; nothing when it never showed that time.
 * Settings must be further apart than the time between them, so that no time is shown twice.
 */
export function trueTime(settings: readonly ClockSetting[], label: number): number | undefined {
  return settings
    .map(({ offsetMs }) => label - offsetMs)
    .find((at, index) => {
      const from = settings[index]?.at ?? 0;
      const to = settings[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return at >= from - SLACK_MS && at <= to + SLACK_MS;
    });
}
