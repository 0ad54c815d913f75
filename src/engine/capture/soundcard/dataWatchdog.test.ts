import { expect, it } from 'vitest';
import type { Clock } from '../../../shared/ports/clock.ts';
import { millis } from '../../../shared/units.ts';
import { DataWatchdog, WATCHDOG_CHECK_MS } from './dataWatchdog.ts';

function setUp() {
  let now = 5000;
  const clock: Clock = {
    now: () => millis(0),
    monotonic: () => millis(now),
    offsetMinutes: () => 0,
    zone: () => 'UTC',
  };
  const watchdog = new DataWatchdog(clock, { firstMs: 8000, nextMs: 2000 });
  /** How long it takes, checked as often as it should be, until it expires. */
  const untilExpired = (): number => {
    const from = now;
    while (now - from < 60_000) {
      now += WATCHDOG_CHECK_MS;
      if (watchdog.expired()) return now - from;
    }
    return Infinity;
  };
  return {
    watchdog,
    untilExpired,
    jump: (ms: number) => {
      now += ms;
    },
  };
}

it('waits longer for the first data than for the next', () => {
  const { watchdog, untilExpired } = setUp();
  expect(untilExpired()).toBe(8250);
  watchdog.feed();
  expect(untilExpired()).toBe(2250);
});

it('never expires while data comes', () => {
  const { watchdog, jump } = setUp();
  for (let times = 0; times < 100; times += 1) {
    jump(WATCHDOG_CHECK_MS);
    watchdog.feed();
    expect(watchdog.expired()).toBe(false);
  }
});

it('does not hold time in which the process stood still against the device', () => {
  const { watchdog, untilExpired, jump } = setUp();
  watchdog.feed();
  jump(60_000);
  expect(watchdog.expired()).toBe(false);
  expect(untilExpired()).toBeLessThanOrEqual(2250);
});
