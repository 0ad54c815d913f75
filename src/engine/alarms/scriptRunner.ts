import { type ChildProcess, spawn } from 'node:child_process';
import type { HookScript } from '../../shared/domain/hooks.ts';
import { DEFAULT_SCRIPT_SECONDS } from '../../shared/domain/hooks.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { importanceOf, leastImportant } from './importance.ts';

/** Scripts that run at a time, so that a slow one takes no computer away from recording. */
const MOST_RUNNING = 2;
/** Runs that wait at most; the least important make room, the oldest of them first. */
const MOST_WAITING = 200;
/** What runs when the studio ends may take so long, ms. */
const LAST_MS = 1500;
/** Of what it writes to stderr, the end is kept for the log. */
const KEPT_STDERR = 2000;
/** Its own settings hold secrets that are no business of a script. */
const OWN_VARIABLE = /^LONGTAKE_/;

interface Run {
  readonly script: HookScript;
  readonly type: string;
  readonly body: string;
}

export interface ScriptRunnerPorts {
  readonly log: Log;
  /** Where scripts are started, absolute. */
  readonly folder: string;
  /** A run failed, and the one before did not. */
  readonly onProblem: (sentence: string) => void;
}

/** Runs a script for each message: JSON on its stdin, `LONGTAKE_EVENT` in its environment, no shell. */
export class ScriptRunner {
  readonly #ports: ScriptRunnerPorts;
  readonly #waiting: Run[] = [];
  readonly #running = new Set<ChildProcess>();
  #closing = false;
  #ended = false;
  #onIdle: () => void = () => undefined;
  #runs = 0;
  #failures = 0;
  #dropped = 0;
  #problem: string | undefined;

  constructor(ports: ScriptRunnerPorts) {
    this.#ports = ports;
  }

  get status(): { waiting: number; runs: number; failures: number; dropped?: number; problem?: string } {
    const problem = this.#problem;
    return {
      waiting: this.#waiting.length + this.#running.size,
      runs: this.#runs,
      failures: this.#failures,
      ...(this.#dropped === 0 ? {} : { dropped: this.#dropped }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  add(run: Run): void {
    if (this.#closing) return;
    this.#waiting.push(run);
    if (this.#waiting.length > MOST_WAITING) {
      const importances = this.#waiting.map(({ type }) => importanceOf(type));
      this.#waiting.splice(leastImportant(importances, 0), 1);
      this.#dropped += 1;
      this.#failed('Too many runs of the script wait: the least important is dropped.', { dropped: this.#dropped });
    }
    this.#next();
  }

  /** Takes nothing more. What runs has a moment to end; then it is killed, and what waits is dropped. */
  async stop(): Promise<void> {
    this.#closing = true;
    if (this.#running.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LAST_MS);
      });
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      await Promise.race([idle, late]);
      clearTimeout(timer);
    }
    this.#ended = true;
    const dropped = this.#waiting.length + this.#running.size;
    if (dropped > 0) this.#ports.log.warn('Runs of the script were ended with the studio.', { runs: dropped });
    this.#waiting.length = 0;
    for (const child of this.#running) kill(child);
  }

  #next(): void {
    while (this.#running.size < MOST_RUNNING) {
      const run = this.#waiting.shift();
      if (!run) break;
      this.#start(run);
    }
    if (this.#running.size === 0) this.#onIdle();
  }

  #start({ script, type, body }: Run): void {
    this.#runs += 1;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN_VARIABLE.test(name)));
    const child = spawn(script.program, script.args ?? [], {
      cwd: this.#ports.folder,
      env: { ...env, LONGTAKE_EVENT: type },
      stdio: ['pipe', 'ignore', 'pipe'],
      // A group of its own, so that what it started ends with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#running.add(child);
    const seconds = script.timeoutSeconds ?? DEFAULT_SCRIPT_SECONDS;
    let late = false;
    let stderr = '';
    const timer = setTimeout(() => {
      late = true;
      kill(child);
    }, seconds * 1000);
    const end = (problem: string | undefined): void => {
      if (!this.#running.delete(child)) return;
      clearTimeout(timer);
      if (problem !== undefined && !this.#ended) this.#failed(problem, { event: type, stderr: stderr.trim() });
      else if (problem === undefined) this.#problem = undefined;
      this.#next();
    };
    child.once('error', (error) =>
      end(`The script ${script.program} cannot be started (${errnoOf(error) ?? error.message}).`),
    );
    child.once('exit', (code, signal) => {
      if (late) end(`The script ${script.program} took longer than ${seconds} s and was killed.`);
      else if (code === 0) end(undefined);
      else end(`The script ${script.program} ended with ${code ?? signal ?? 'an error'}.`);
    });
    child.stderr?.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString()).slice(-KEPT_STDERR);
    });
    // A script need not read what it is told.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${body}\n`);
  }

  #failed(problem: string, data?: Readonly<Record<string, unknown>>): void {
    this.#failures += 1;
    this.#ports.log.warn(problem, data);
    if (this.#problem === undefined) this.#ports.onProblem(problem);
    this.#problem = problem;
  }
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in this moment.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
