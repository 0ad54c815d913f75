import { describe, expect, it } from 'vitest';
import { DAY_MS, type ForecastInput, forecasts, WEEK_MS } from './forecast.ts';

const GB = 1e9;
const input: ForecastInput = {
  freeBytes: 101 * GB,
  keptBytes: GB,
  armed: [
    { name: 'A', bytesPerSecond: 60_000 },
    { name: 'B', bytesPerSecond: 40_000 },
  ],
  dayBytes: 10 * GB,
  weekBytes: 35 * GB,
  historyMs: 30 * DAY_MS,
};

describe('the forecast', () => {
  it('tells when the disk is full by each of three rates', () => {
    const [now, day, week] = forecasts(input);
    expect(now?.bytesPerSecond).toBe(100_000);
    expect(now?.fullInMs).toBe(1e9);
    expect(day?.fullInMs).toBeCloseTo(10 * DAY_MS, -3);
    expect(week?.fullInMs).toBeCloseTo(20 * DAY_MS, -3);
  });

  it('takes what there is of a week that is not full', () => {
    const [, day, week] = forecasts({ ...input, historyMs: 3 * DAY_MS, weekBytes: 30 * GB });
    expect(day?.fullInMs).toBeCloseTo(10 * DAY_MS, -3);
    expect(week?.fullInMs).toBeCloseTo(10 * DAY_MS, -3);
    expect(WEEK_MS).toBe(7 * DAY_MS);
  });

  it('says when it cannot know, and why', () => {
    const unknown = (change: Partial<ForecastInput>) => forecasts({ ...input, ...change }).map((one) => one.unknown);
    expect(unknown({ armed: [] })[0]).toBe('Nothing is armed.');
    expect(unknown({ armed: [...input.armed, { name: 'Radio', bytesPerSecond: undefined }] })[0]).toContain('Radio');
    expect(unknown({ historyMs: undefined })[1]).toContain('Nothing was recorded');
    expect(unknown({ historyMs: 60_000 })[1]).toContain('Less than an hour');
    expect(unknown({ freeBytes: undefined }).every((one) => one?.includes('cannot be asked'))).toBe(true);
  });

  it('is full now when no more is free than is kept, and never when nothing comes', () => {
    expect(forecasts({ ...input, freeBytes: GB })[0]?.fullInMs).toBe(0);
    expect(forecasts({ ...input, dayBytes: 0 })[1]).toEqual({ basis: 'day', bytesPerSecond: 0 });
  });
});
