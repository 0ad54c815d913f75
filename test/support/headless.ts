import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const STOP_MS = 20_000;
const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');

export interface HeadlessEvent {
  readonly event: string;
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface HeadlessOptions {
  /** Working directory. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program that has the command. */
  readonly program?: string;
}

/** The built `longtake` command, under plain Node where no other program is named, in a folder of its own. */
export class Headless {
  readonly events: HeadlessEvent[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  /** Not the exit of the process: what it printed before may still be on its way then. */
  #hasEnded = false;

  constructor(args: readonly string[], { folder, env = {}, program }: HeadlessOptions) {
    const [file, own] = program === undefined ? [process.execPath, [PROGRAM]] : [program, []];
    this.#child = spawn(file, [...own, ...args], {
      cwd: folder,
      env: { ...process.env, XDG_STATE_HOME: resolve(folder, 'state'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close').then(([code]) => code as number | null);
    void this.#exit.finally(() => {
      this.#hasEnded = true;
      this.#look();
    });
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error('The command has no output.');
    createInterface({ input: stdout }).on('line', (line) => {
      this.#stdout += `${line}\n`;
      if (line.startsWith('{"event"')) this.events.push(JSON.parse(line) as HeadlessEvent);
      this.#look();
    });
    createInterface({ input: stderr }).on('line', (line) => {
      this.#stderr += `${line}\n`;
      this.#look();
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  of(event: string): readonly HeadlessEvent['data'][] {
    return this.events.filter((entry) => entry.event === event).map(({ data }) => data);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The exit code, once everything it printed was read. */
  ended(): Promise<number | null> {
    return this.#exit;
  }

  /** Resolves once `condition` holds; it is looked at with every line. Fails when the command ended or after `timeoutMs`. */
  until(what: string, condition: () => boolean, timeoutMs = 120_000): Promise<void> {
    return new Promise((fulfil, reject) => {
      const fail = (why: string): void => {
        this.#waiting.delete(look);
        reject(new Error(`${why} before: ${what}\n${this.#stdout.slice(-4000)}\n${this.#stderr.slice(-4000)}`));
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
      const look = (): void => {
        const held = condition();
        if (!held && !this.#hasEnded) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (held) fulfil();
        else fail('The command ended');
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** For the end of a test, however that went. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    this.#child.kill('SIGTERM');
    await this.#exit;
    clearTimeout(timer);
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
