import { spawn } from 'node:child_process';
import { exitCodeOf, handleSignals } from './main.mjs';
import { codeOf } from './problem.mjs';

/**
 * @typedef {object} SuperviseOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} env the whole environment
 * @property {number} graceMs how long the program may take to end by itself after a signal
 * @property {number} [timeoutMs] it is ended after this long
 */

/**
 * @typedef {object} Ending
 * @property {number} code the program's exit code, or 128 and the number of the signal that ended it
 * @property {boolean} timedOut
 * @property {boolean} interrupted a signal to this process ended it
 */

/**
 * Runs a program in the foreground, with its whole family: a signal asks the
 * program itself to end, and when its time is up, or when it is gone, nothing
 * that it started is left running.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {SuperviseOptions} options
 * @returns {Promise<Ending>}
 * @throws when the program cannot be started
 */
export function supervise(command, args, options) {
  return new Promise((resolve, reject) => {
    // Its own process group: the terminal's Ctrl+C reaches this process alone,
    // which passes it on in order.
    const grouped = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: grouped,
    });
    let timedOut = false;
    let interrupted = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killing;
    const killAll = () => {
      if (child.pid === undefined) return;
      if (grouped) killGroup(child.pid);
      else child.kill('SIGKILL');
    };
    const end = () => {
      // Once: many programs, Electron too, take a second signal as an order to die.
      if (killing !== undefined) return;
      // The program alone: its children end when it tells them to.
      child.kill('SIGTERM');
      killing = setTimeout(killAll, options.graceMs);
    };
    const release = handleSignals((_signal, again) => {
      interrupted = true;
      if (again) killAll();
      else end();
    });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, options.timeoutMs);
    const done = () => {
      release();
      clearTimeout(killing);
      clearTimeout(timer);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      killAll();
      resolve({ code: code ?? exitCodeOf(signal ?? 'SIGTERM'), timedOut, interrupted });
    });
  });
}

/** @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody left, which is as it should be.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
