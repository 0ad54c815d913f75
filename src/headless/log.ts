import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../shared/ports/log.ts';
import { logLine } from '../shared/scrub.ts';

/** A log file of this size, in bytes, makes room for a new one. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** How many full ones are kept. */
const KEPT_FILES = 5;
/** Lines that wait for a disk that hangs, bytes; more are dropped, for recording matters more than its log. */
const MAX_WAITING_BYTES = 1024 * 1024;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

const NAMES = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const satisfies Record<
  Level,
  string
>;

export interface HeadlessLog extends Log {
  /** Resolves when the file has every line. */
  close(): Promise<void>;
}

export interface HeadlessLogOptions {
  /** Lines below it are left out. */
  readonly level: Level;
  /** Absolute; undefined for none. */
  readonly file: string | undefined;
  /** `file` is the log of a profile: written and rotated as the desktop does, which may be the next to write it. */
  readonly ofProfile?: boolean;
  /** Gets every line, too. */
  readonly terminal: { write(text: string): unknown };
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

/**
 * The log of a headless run: to a terminal and to a file, in lines such as `2026-11-21 14:00:00,123 INFO Radio: ...`.
 * @throws when the file cannot be made
 */
export function openHeadlessLog({ level, file, ofProfile, terminal, now }: HeadlessLogOptions): HeadlessLog {
  const style = ofProfile === true ? PROFILE_STYLE : PLAIN_STYLE;
  const target =
    file === undefined ? undefined : new LogFile(file, style, (sentence) => terminal.write(`${sentence}\n`));
  const write = (lineLevel: Level, part: string, message: string, data?: Readonly<Record<string, unknown>>): void => {
    if (LEVELS.indexOf(lineLevel) < LEVELS.indexOf(level)) return;
    const line = { at: now(), level: lineLevel, part, message, data };
    terminal.write(PLAIN_STYLE.line(line));
    target?.write(style.line(line));
  };
  const make = (part: string): Log => ({
    debug: (message, data) => write('debug', part, message, data),
    info: (message, data) => write('info', part, message, data),
    warn: (message, data) => write('warn', part, message, data),
    error: (message, data) => write('error', part, message, data),
    scoped: (inner) => make(part === '' ? inner : `${part}/${inner}`),
  });
  return { ...make(''), close: () => target?.close() ?? Promise.resolve() };
}

interface LoggedLine {
  /** ms since 1970 UTC. */
  readonly at: number;
  readonly level: Level;
  readonly part: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

interface LogStyle {
  /** Readable by the owner alone, or by everybody. */
  readonly mode: number;
  line(line: LoggedLine): string;
  /** The name of a full one; 1 is the newest. */
  numbered(path: string, number: number): string;
}

/** As Python's logging has it, and with it ISR. */
const PLAIN_STYLE: LogStyle = {
  mode: 0o644,
  line: ({ at, level, part, message, data }) =>
    `${timestamp(at)} ${NAMES[level]} ${logLine(part === '' ? message : `${part}: ${message}`, data)}\n`,
  numbered: (path, number) => `${path}.${number}`,
};

const PROFILE_STYLE: LogStyle = {
  mode: 0o600,
  line: ({ at, level, part, message, data }) =>
    `${new Date(at).toISOString()} ${level} ${part === '' ? '' : `[${part}] `}${logLine(message, data)}\n`,
  numbered: (path, number) => path.replace(/(\.log)?$/, `.${number}$1`),
};

/** Local time as Python's logging writes it. */
function timestamp(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
  return local.replace('T', ' ').replace('.', ',').replace('Z', '');
}

class LogFile {
  readonly #path: string;
  readonly #style: LogStyle;
  readonly #onProblem: (sentence: string) => void;
  #stream: WriteStream;
  #bytes: number;
  #failed = false;

  constructor(path: string, style: LogStyle, onProblem: (sentence: string) => void) {
    this.#path = path;
    this.#style = style;
    this.#onProblem = onProblem;
    mkdirSync(dirname(path), { recursive: true });
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
    this.#stream = this.#open();
  }

  write(line: string): void {
    if (this.#failed || this.#stream.writableLength > MAX_WAITING_BYTES) return;
    if (this.#bytes > MAX_FILE_BYTES) this.#rotate();
    this.#bytes += Buffer.byteLength(line);
    this.#stream.write(line);
  }

  close(): Promise<void> {
    if (this.#failed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.once('error', () => resolve());
      this.#stream.end(() => resolve());
    });
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: this.#style.mode });
    stream.on('error', (error) => {
      if (stream !== this.#stream) return;
      this.#failed = true;
      this.#onProblem(`The log file ${this.#path} cannot be written (${error.message}). Recording goes on without it.`);
    });
    return stream;
  }

  /** What the old stream still holds goes to the file by its new name. */
  #rotate(): void {
    const numbered = (number: number): string => this.#style.numbered(this.#path, number);
    this.#stream.end();
    for (let number = KEPT_FILES - 1; number >= 1; number -= 1) {
      if (existsSync(numbered(number))) renameSync(numbered(number), numbered(number + 1));
    }
    if (existsSync(this.#path)) renameSync(this.#path, numbered(1));
    this.#bytes = 0;
    this.#stream = this.#open();
  }
}

/** For commands that only answer. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  scoped: () => silentLog,
};
