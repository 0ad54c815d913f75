import { spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { exitCodeOf, handleSignals } from './main.mjs';
import { codeOf } from './problem.mjs';

const LOOK_MS = 50;

/**
 * @typedef {object} SuperviseOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} env the whole environment
 * @property {number} graceMs how long the program may take to end by itself after a signal
 * @property {number} [timeoutMs] it is ended after this long
 * @property {number} [output] descriptor of the file that takes what it prints; this terminal when absent
 * @property {number} [niceness] how far it gives way to others, 0 to 19
 * @property {number} [lingerMs] how long what the program started may outlive it, to close its files
 */

/**
 * @typedef {object} Ending
 * @property {number} code the program's exit code, or 128 and the number of the signal that ended it
 * @property {boolean} timedOut
 * @property {boolean} interrupted a signal to this process ended it
 */

/**
 * Runs a program in the foreground, or beside what is there, with its whole family: a signal asks the
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
      stdio: ['ignore', options.output ?? 'inherit', options.output ?? 'inherit'],
      detached: grouped,
    });
    if (options.niceness !== undefined && child.pid !== undefined) {
      setPriority(child.pid, Math.min(19, getPriority() + options.niceness));
    }
    let timedOut = false;
    let interrupted = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killing;
    const killAll = () => {
      if (child.pid === undefined) return;
      if (grouped) signalGroup(child.pid, 'SIGKILL');
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
    child.once('exit', async (code, signal) => {
      done();
      if (grouped && child.pid !== undefined) await waitForGroup(child.pid, options.lingerMs ?? 0);
      killAll();
      resolve({ code: code ?? exitCodeOf(signal ?? 'SIGTERM'), timedOut, interrupted });
    });
  });
}

/**
 * Asks a process group to end and waits until it has.
 * @param {number} pid of its first process
 * @param {number} limitMs returns after this long all the same
 */
async function waitForGroup(pid, limitMs) {
  const until = performance.now() + limitMs;
  let asked = false;
  while (performance.now() < until) {
    if (!signalGroup(pid, asked ? 0 : 'SIGTERM')) return;
    asked = true;
    await wait(LOOK_MS);
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether there was anybody
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // macOS says EPERM of a group whose members have ended but are not yet collected.
    if (['ESRCH', 'EPERM'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}
