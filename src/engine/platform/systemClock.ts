import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Clock } from '../../shared/ports/clock.ts';
import { millis } from '../../shared/units.ts';

let known: { readonly setting: string | undefined; readonly zone: string } | undefined;

/** Node looks at the zone again only when TZ is set in this process, and to ask takes some milliseconds. */
function currentZone(): string {
  const setting = process.env['TZ'];
  if (!known || known.setting !== setting) {
    known = { setting, zone: new Intl.DateTimeFormat().resolvedOptions().timeZone };
  }
  return known.zone;
}

/** The computer's clocks and its local time zone (TZ). */
export const systemClock: Clock = {
  now: () => millis(Date.now()),
  monotonic: () => millis(performance.now()),
  // Linux: what has passed since boot counts sleep, the monotonic clock does not.
  ...(process.platform === 'linux' ? { asleepMs: () => uptime() * 1000 - performance.now(), ...bootOf() } : {}),
  offsetMinutes: (at) => 0 - new Date(at).getTimezoneOffset(),
  zone: currentZone,
};

function bootOf(): Pick<Clock, 'bootId'> {
  let boot: string | undefined;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Some sandboxes hide it: then it is not told.
    return {};
  }
  return { bootId: () => boot };
}
