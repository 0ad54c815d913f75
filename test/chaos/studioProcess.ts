import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { EventPayload } from '../../src/shared/contract/events.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../src/shared/contract/requests.ts';
import type { SourceStatus } from '../../src/shared/domain/source.ts';
import { errnoOf } from '../../src/shared/errors.ts';
import type { ProcessRole } from '../../src/shared/ports/processHost.ts';
import type { Upload } from '../../src/shared/domain/upload.ts';
import type { SourceId, UploadId } from '../../src/shared/units.ts';
import { HOST_OPTIONS, type HostCommand, type HostMessage, type HostOptions } from './hostProtocol.ts';

interface Child {
  readonly role: ProcessRole | 'main';
  readonly pid: number;
  /** When it was started, in ticks of the system; undefined: it had ended before we looked. */
  readonly since: string | undefined;
}

/** A studio in processes of its own, which can be killed and started again with what it left on disk. */
export class StudioProcess {
  readonly statuses = new Map<SourceId, SourceStatus>();
  readonly uploads = new Map<UploadId, Upload>();
  /** The end of what was logged. */
  readonly log: string[] = [];
  /** Every process that was ever started. */
  readonly processes: Child[] = [];
  readonly #program: string;
  readonly #options: HostOptions;
  readonly #calls = new Map<number, (reply: Extract<HostMessage, { type: 'reply' }>) => void>();
  readonly #waiting = new Set<() => void>();
  #main: ChildProcess | undefined;
  #ready = false;
  #callId = 0;

  /** `program`: the built {@link file://./hostProcess.ts}. */
  constructor(program: string, options: HostOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** Starts main, which starts the others and resumes what was armed. */
  async start(): Promise<void> {
    this.#ready = false;
    const main = fork(this.#program, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, ...this.#options.env, [HOST_OPTIONS]: JSON.stringify(this.#options) },
    });
    this.#main = main;
    if (main.pid !== undefined) this.#started('main', main.pid);
    main.on('message', (message: HostMessage) => this.#heard(message));
    for (const output of [main.stdout, main.stderr]) {
      output?.on('data', (data: Buffer) => this.#note(`main: ${data.toString().trim()}`));
    }
    main.on('exit', (code, signal) => {
      this.#note(`main ended: ${code ?? signal}`);
      for (const [callId, reply] of this.#calls) reply({ type: 'reply', callId, error: 'Main ended.' });
      this.#wake();
    });
    await this.until('the studio is ready', () => this.#ready, 60_000);
  }

  get running(): boolean {
    return this.#main !== undefined && this.#main.exitCode === null && this.#main.signalCode === null;
  }

  async request<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<RequestOutput<Name>> {
    if (!this.running) throw new Error(`${name}: main does not run.`);
    const callId = (this.#callId += 1);
    const reply = await new Promise<Extract<HostMessage, { type: 'reply' }>>((resolve) => {
      this.#calls.set(callId, resolve);
      this.#send({ type: 'request', callId, name, input });
    });
    this.#calls.delete(callId);
    if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`);
    return reply.value as RequestOutput<Name>;
  }

  /** Ends main at once; its children find out by themselves. */
  async killMain(): Promise<void> {
    if (!this.#main || !this.running) return;
    const exit = once(this.#main, 'exit');
    this.#main.kill('SIGKILL');
    await exit;
  }

  /** Ends all living recorders at once; returns how many there were. */
  killRecorders(): number {
    const living = this.processes.filter((child) => child.role === 'recorder' && isAlive(child));
    for (const { pid } of living) process.kill(pid, 'SIGKILL');
    return living.length;
  }

  /** Quits as a person does. */
  async stop(): Promise<void> {
    if (!this.#main || !this.running) return;
    const exit = once(this.#main, 'exit');
    this.#send({ type: 'stop' });
    await exit;
  }

  /** Whatever is left of it is ended. */
  async dispose(): Promise<void> {
    await this.killMain();
    for (const child of this.processes) if (isAlive(child)) process.kill(child.pid, 'SIGKILL');
  }

  /** Resolves when no process of it lives any more. */
  async gone(timeoutMs: number): Promise<void> {
    await this.until('every process ends', () => this.processes.every((child) => !isAlive(child)), timeoutMs);
  }

  /** Resolves once `condition` holds; it is looked at after every message and every 100 ms. */
  async until(what: string, condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        clearInterval(looking);
        this.#waiting.delete(look);
        act();
      };
      const look = (): void => {
        if (condition()) settle(resolve);
      };
      const timer = setTimeout(() => settle(() => reject(new Error(this.#inVain(what, timeoutMs)))), timeoutMs);
      const looking = setInterval(look, 100);
      this.#waiting.add(look);
    });
  }

  #inVain(what: string, timeoutMs: number): string {
    const states = [...this.statuses.values()].map(({ state, problem }) => `${state} ${problem?.message ?? ''}`);
    return `Waited ${timeoutMs} ms in vain until ${what}.\n${states.join('\n')}`;
  }

  #heard(message: HostMessage): void {
    if (message.type === 'ready') this.#ready = true;
    if (message.type === 'reply') this.#calls.get(message.callId)?.(message);
    if (message.type === 'child') this.#started(message.role, message.pid);
    if (message.type === 'log') this.#note(message.line);
    if (message.type === 'event' && message.name === 'sources.status') {
      const status = message.payload as SourceStatus;
      this.statuses.set(status.sourceId, status);
    }
    if (message.type === 'event' && message.name === 'uploads.changed') {
      const { uploads } = message.payload as EventPayload<'uploads.changed'>;
      for (const upload of uploads) this.uploads.set(upload.id, upload);
    }
    this.#wake();
  }

  #started(role: Child['role'], pid: number): void {
    this.processes.push({ role, pid, since: startOf(pid) });
  }

  #note(line: string): void {
    this.log.push(`${new Date().toISOString()} ${line}`);
    if (this.log.length > 2000) this.log.shift();
  }

  #send(command: HostCommand): void {
    if (this.#main?.connected) this.#main.send(command);
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }
}

/** Numbers of processes are given again: in a long run on a busy computer, one of ours is soon somebody else's. */
function isAlive({ pid, since }: Child): boolean {
  return since !== undefined && startOf(pid) === since;
}

/** Field 22 of proc_pid_stat(5); undefined when nobody has this number. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, in parentheses, is a name with whatever is in it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
