import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { THREAD_POOL_SIZE, readLines } from '../engine/platform/childProcessHost.ts';
import { errnoOf } from '../shared/errors.ts';
import type { ChildHandle, ProcessExit, ProcessHost, ProcessRole } from '../shared/ports/processHost.ts';

/** How the operating system's list of processes names them. */
const serviceNames: Readonly<Record<ProcessRole, string>> = {
  recorder: 'Longtake recorder',
  prober: 'Longtake prober',
  analyst: 'Longtake analyst',
  exporter: 'Longtake exporter',
  checker: 'Longtake checker',
  drill: 'Longtake drill',
};

/** Children are utility processes. */
export interface ElectronProcessHost extends ProcessHost {
  /** Begins to start a child, which takes its time and then waits to be told something; the next start of this role has it. */
  prepare(role: ProcessRole): void;
}

/** `entryFolder` holds the built entry of each role. */
export function createElectronProcessHost(entryFolder: string): ElectronProcessHost {
  const prepared = new Map<ProcessRole, ChildHandle>();
  const start = (role: ProcessRole): ChildHandle => handleOf(join(entryFolder, `${role}.js`), serviceNames[role]);
  return {
    prepare: (role) => {
      const child = start(role);
      prepared.set(role, child);
      child.onExit(() => {
        if (prepared.get(role) === child) prepared.delete(role);
      });
    },
    start: (role) => {
      const child = prepared.get(role);
      prepared.delete(role);
      return child ?? start(role);
    },
  };
}

function handleOf(entry: string, serviceName: string): ChildHandle {
  const child = utilityProcess.fork(entry, [], {
    serviceName,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE },
  });
  // Electron forgets the number when the child ends; the one that it had is what log lines and tests want.
  let pid: number | undefined;
  let ended: ProcessExit | undefined;
  const exitListeners: ((exit: ProcessExit) => void)[] = [];
  child.once('spawn', () => {
    pid = child.pid;
  });
  child.once('exit', (code) => {
    ended = { code };
    for (const listener of exitListeners) listener(ended);
  });
  return {
    get pid() {
      return child.pid ?? pid;
    },
    send: (message) => {
      if (!ended) child.postMessage(message);
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      if (ended) listener(ended);
      else exitListeners.push(listener);
    },
    onOutput: (listener) => {
      readLines(child.stdout as Parameters<typeof readLines>[0], (line) => listener('stdout', line));
      readLines(child.stderr as Parameters<typeof readLines>[0], (line) => listener('stderr', line));
    },
    kill: () => {
      if (ended) return;
      // `child.kill()` sends SIGTERM, which a child that hangs does not hear.
      if (child.pid === undefined) child.once('spawn', () => kill(child.pid));
      else kill(child.pid);
    },
  };
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in this moment.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
