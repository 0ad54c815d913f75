import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ChildHandle, ProcessHost, ProcessRole } from '../../shared/ports/processHost.ts';

/**
 * Size of libuv's thread pool in a child: each open soundcard keeps one thread waiting for samples, and Node's own
 * four would leave none for files.
 */
export const THREAD_POOL_SIZE = '64';

/**
 * Starts children with Node's child_process. `entryFolder` holds the built entry of each role;
 * `env` is added to this process's environment.
 */
export function createChildProcessHost(entryFolder: string, env: Readonly<Record<string, string>> = {}): ProcessHost {
  return {
    start: (role: ProcessRole) =>
      handleOf(
        fork(join(entryFolder, `${role}.js`), [], {
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
          serialization: 'advanced',
          env: { ...process.env, ...env, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE },
        }),
      ),
  };
}

function handleOf(child: ChildProcess): ChildHandle {
  let exited = false;
  const exitListeners: ((exit: { code: number | null }) => void)[] = [];
  const exit = (code: number | null): void => {
    if (exited) return;
    exited = true;
    for (const listener of exitListeners) listener({ code });
  };
  child.on('exit', exit);
  child.on('error', () => exit(null));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      // An exit is told by `onExit`; a message to a child that just ended is nothing new.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => exitListeners.push(listener),
    onOutput: (listener) => {
      readLines(child.stdout, (line) => listener('stdout', line));
      readLines(child.stderr, (line) => listener('stderr', line));
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** Calls `onLine` for every line of `output`. */
export function readLines(output: Readable | null, onLine: (line: string) => void): void {
  if (output) createInterface({ input: output }).on('line', onLine);
}
