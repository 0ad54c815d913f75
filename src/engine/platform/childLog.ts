import type { Log, LogLine } from '../../shared/ports/log.ts';

/** A log whose lines are sent to the parent, which keeps the one log file. */
export function childLog(send: (line: LogLine) => void): Log {
  const at = (level: LogLine['level'], part: string | undefined): Log['info'] => {
    return (message, data) =>
      send({ level, message: part ? `${part}: ${message}` : message, ...(data ? { data } : {}) });
  };
  const make = (part: string | undefined): Log => ({
    debug: at('debug', part),
    info: at('info', part),
    warn: at('warn', part),
    error: at('error', part),
    scoped: make,
  });
  return make(undefined);
}
