import type { Log } from '../shared/ports/log.ts';

/** One Ctrl+C arrives twice when npm passes on what the terminal sent already. */
const SAME_SIGNAL_MS = 1000;
/** 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * Calls `onEnd` when somebody asks this process to end; a second Ctrl+C ends it at once, and the recorder closes its
 * files by itself. A terminal that is closed ends what was started in it by hand, and nothing else.
 */
export function followSignals(log: Log, onEnd: () => void): { release(): void } {
  let firstAt: number | undefined;
  const end = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      log.info(`${signal} was received: the files are being closed.`);
      onEnd();
    } else if (signal === 'SIGINT' && now - firstAt > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
  };
  const hangUp = (): void => {
    if (process.stdout.isTTY) end('SIGHUP');
    else log.info('The terminal is gone; recording goes on.');
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', hangUp);
  return {
    release: () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      process.off('SIGHUP', hangUp);
    },
  };
}
