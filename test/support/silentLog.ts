import type { Log } from '../../src/shared/ports/log.ts';

/** A log for subjects whose log lines are not what is tested. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  scoped: () => silentLog,
};
