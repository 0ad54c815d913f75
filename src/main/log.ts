import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import electronLog from 'electron-log/node';
import type { Log } from '../shared/ports/log.ts';
import { logLine } from '../shared/scrub.ts';

/** A log file of this size, in bytes, makes room for a new one. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** How many full ones are kept. */
const KEPT_FILES = 5;

export interface LogOptions {
  /** Folder of the log files, absolute; made when it is missing. */
  readonly folder: string;
  /** Lines also go to the terminal. */
  readonly echo: boolean;
}

/** The one log of the program: `longtake.log`, with full ones as `longtake.1.log` (the newest) and on. */
export function openLog({ folder, echo }: LogOptions): Log {
  // The part of electron-log that opens no channel to a window.
  const logger = electronLog.create({ logId: 'longtake' });
  const { file, console: terminal } = logger.transports;
  const path = join(folder, 'longtake.log');
  file.resolvePathFn = () => path;
  file.maxSize = MAX_FILE_BYTES;
  file.format = '{iso} {level} {text}';
  file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  file.archiveLogFn = () => rotate(path);
  terminal.level = echo ? 'debug' : false;
  terminal.format = '{level} {text}';

  const make = (part: string): Log => {
    const at =
      (level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] =>
      (message, data) =>
        logger[level](part === '' ? logLine(message, data) : `[${part}] ${logLine(message, data)}`);
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      scoped: (inner) => make(part === '' ? inner : `${part}/${inner}`),
    };
  };
  return make('');
}

function rotate(path: string): void {
  const numbered = (number: number): string => path.replace(/\.log$/, `.${number}.log`);
  for (let number = KEPT_FILES - 1; number >= 1; number -= 1) {
    if (existsSync(numbered(number))) renameSync(numbered(number), numbered(number + 1));
  }
  if (existsSync(path)) renameSync(path, numbered(1));
}
