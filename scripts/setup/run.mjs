import { spawn } from 'node:child_process';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment; default: this process's
 * @property {number} [timeoutMs] the command is killed after this long
 * @property {(line: string) => void} [onLine] each line of stdout and stderr as it comes
 * @property {(line: string) => void} [onStatus] each line of file descriptor 3
 */

/**
 * How a command ended.
 * @typedef {object} RunResult
 * @property {number | null} code null when it was killed
 * @property {boolean} timedOut
 * @property {string} stdout
 * @property {string} output stdout and stderr, line by line as they came
 * @property {string[]} tail the last lines of stdout and stderr, at most 40
 */

const TAIL_LINES = 40;
const KILL_AFTER_MS = 3000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const alive = new Set();

/** The person or the system asked this process to stop. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

/** @type {Interrupted | undefined} */
let interruption;

/**
 * Ends every running child, and makes every later `run` throw `Interrupted`,
 * so that what is under way is undone in its `finally` and goes no further.
 * @param {NodeJS.Signals} signal
 */
export function interrupt(signal) {
  interruption = new Interrupted(signal);
  for (const child of alive) child.kill('SIGTERM');
}

/** @throws {Interrupted} when this process was asked to stop */
export function throwIfInterrupted() {
  if (interruption) throw interruption;
}

/**
 * Runs a command to its end, without stdin, so that nothing can wait for an answer.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 * @throws when the command cannot be started (`ENOENT` ...)
 * @throws {Interrupted}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    throwIfInterrupted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe', options.onStatus ? 'pipe' : 'ignore'],
      // npm and friends are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
      windowsHide: true,
    });
    alive.add(child);
    let stdout = '';
    let output = '';
    /** @type {string[]} */
    const tail = [];
    let timedOut = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killing;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGTERM');
            killing = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
          }, options.timeoutMs);
    /** @param {string} line */
    const take = (line) => {
      output += `${line}\n`;
      if (line.trim() === '') return;
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line);
    };
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    byLine(child.stdout, take);
    byLine(child.stderr, take);
    const status = child.stdio[3];
    if (options.onStatus && status && 'setEncoding' in status) byLine(status, options.onStatus);
    const done = () => {
      clearTimeout(timer);
      clearTimeout(killing);
      alive.delete(child);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code) => {
      done();
      if (interruption) reject(interruption);
      else resolve({ code, timedOut, stdout, output, tail });
    });
  });
}

/**
 * @param {import('node:stream').Readable | null} stream
 * @param {(line: string) => void} take
 */
function byLine(stream, take) {
  if (!stream) return;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (/** @type {string} */ text) => {
    // A carriage return is how programs redraw their own progress.
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
