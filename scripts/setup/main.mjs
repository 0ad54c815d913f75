import { constants } from 'node:os';
import { SetupProblem, codeOf } from './problem.mjs';
import { Interrupted, interrupt } from './run.mjs';

/** How long what is under way may take to undo itself after a signal. */
const UNDO_MS = 8000;
/** One Ctrl+C arrives twice when npm passes on what the terminal sent already. */
const SAME_SIGNAL_MS = 1000;
/** How often a script looks whether the npm that started it is still there. */
const LOOK_MS = 300;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @typedef {(signal: NodeJS.Signals, again: boolean) => void} SignalHandler */

/** @type {SignalHandler} */
const stopAll = (signal, again) => {
  interrupt(signal);
  if (again) process.exit(exitCodeOf(signal));
  setTimeout(() => process.exit(exitCodeOf(signal)), UNDO_MS).unref();
};

/** @type {Set<SignalHandler>} */
const handlers = new Set();

/**
 * Takes over what a signal does, until the returned function is called. Several may: each is told.
 * @param {SignalHandler} handler `again` tells a signal that was repeated by hand
 * @returns {() => void}
 */
export function handleSignals(handler) {
  handlers.add(handler);
  return () => void handlers.delete(handler);
}

/** @type {SignalHandler} */
const act = (signal, again) => {
  for (const handler of handlers.size > 0 ? [...handlers] : [stopAll]) handler(signal, again);
};

/** @param {NodeJS.Signals} signal */
export function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}

/**
 * Runs a script to its end and makes its result the exit code.
 * @param {() => Promise<number>} work
 * @returns {Promise<() => void>} gives signals back to who comes after
 */
export async function main(work) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      // Whoever read this has gone (a closed terminal, `| head`); what runs goes on.
      if (!['EPIPE', 'EIO'].includes(codeOf(error) ?? '')) throw error;
    });
  }
  const stopLooking = watchNpm(() => act('SIGTERM', false));
  let firstAt = -Infinity;
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    const now = performance.now();
    const again = now - firstAt > SAME_SIGNAL_MS && firstAt !== -Infinity;
    if (firstAt === -Infinity) firstAt = now;
    act(signal, again);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = exitCodeOf(error.signal);
    else {
      if (!(error instanceof SetupProblem)) process.stderr.write(`${describe(error)}\n`);
      else if (!error.isTold) process.stderr.write(`${error.tell()}\n`);
      process.exitCode = 1;
    }
  } finally {
    stopLooking();
  }
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}

/**
 * npm starts scripts through a shell, and Debian's does not pass signals on: when
 * npm is told to end, it goes, its shell goes, and this would stay behind.
 * @param {() => void} onGone
 * @returns {() => void} stops watching
 */
export function watchNpm(onGone) {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
