import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { keptPort } from './ports.ts';

const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');

export interface SessionServerOptions {
  /** Settings by their names in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept after {@link SessionServerProcess.remove}; otherwise a folder of its own, which goes. */
  readonly folder?: string;
  /** The built program, where this is part of a program that is built elsewhere. */
  readonly program?: string;
}

/** The built session server in a process of its own, on a free port, which can be killed and started again. */
export class SessionServerProcess {
  /** `http://127.0.0.1:port`; the port stays over restarts. */
  url = '';
  /** Of the first admin. */
  token = '';
  readonly folder: string;
  readonly #isOwnFolder: boolean;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #log = '';

  static async start({
    env = {},
    folder,
    program = PROGRAM,
  }: SessionServerOptions = {}): Promise<SessionServerProcess> {
    const own = folder ?? (await mkdtemp(join(tmpdir(), 'longtake-server-')));
    const server = new SessionServerProcess(own, folder === undefined, env, program);
    await server.start();
    return server;
  }

  private constructor(folder: string, isOwnFolder: boolean, env: Readonly<Record<string, string>>, program: string) {
    this.#program = program;
    this.folder = folder;
    this.#isOwnFolder = isOwnFolder;
    this.#env = env;
  }

  /** What it logged, over all starts. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it answers; `env` is added to the settings. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const port = this.url === '' ? `${await keptPort()}` : new URL(this.url).port;
    const child = spawn(process.execPath, [this.#program, 'serve-sessions', '--port', port, '--data', this.folder], {
      env: { ...process.env, ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (piece: Buffer) => {
      this.#log += piece.toString();
    });
    await new Promise<void>((fulfil, reject) => {
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${this.#log}`)));
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => {
        const url = / listens on (http\S+)$/.exec(line)?.[1];
        if (url !== undefined) this.url = url;
        const token = /told this once: (lt_\S+)/.exec(line)?.[1];
        if (token !== undefined) this.token = token;
        // The last line of the start.
        if (line.startsWith('Press Ctrl+C')) fulfil();
      });
    });
  }

  /** As a power cut ends it, but for what the system has in memory. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  }

  /** Ends it in order. */
  stop(): Promise<void> {
    return this.kill('SIGTERM');
  }

  /** For the end of a test, however that went. */
  async remove(): Promise<void> {
    await this.kill();
    if (this.#isOwnFolder) await rm(this.folder, { recursive: true, force: true });
  }

  /** A request with the admin's token, unless `headers` say otherwise. */
  fetch(
    path: string,
    { headers, ...init }: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
    });
  }
}
