import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/domain/settings.ts';
import type { SourceConfig } from '../../src/shared/domain/source.ts';

const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');

export interface ServeOptions {
  readonly settings?: Partial<Settings>;
  readonly sources?: readonly SourceConfig[];
  /** Other files of the profile, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The built `longtake serve` with a profile of its own, on a free port. */
export class ServeProcess {
  url = '';
  password = '';
  readonly profile: string;
  readonly #child: ChildProcess;
  #output = '';

  static async start({
    settings = {},
    sources = [],
    files = {},
    args = [],
    env = {},
  }: ServeOptions = {}): Promise<ServeProcess> {
    const profile = await mkdtemp(join(tmpdir(), 'longtake-serve-'));
    await mkdir(join(profile, 'Recordings'));
    const all = { ...DEFAULT_SETTINGS, recordingsFolder: join(profile, 'Recordings'), ...settings };
    await writeFile(join(profile, 'settings.json'), JSON.stringify({ version: 1, settings: all, sources, armed: [] }));
    for (const [name, text] of Object.entries(files)) await writeFile(join(profile, name), text, { mode: 0o600 });
    const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--profile', profile, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const serve = new ServeProcess(profile, child);
    await serve.#started();
    return serve;
  }

  private constructor(profile: string, child: ChildProcess) {
    this.profile = profile;
    this.#child = child;
  }

  get output(): string {
    return this.#output;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  /** Ends it in order; its exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
    }
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 20 });
  }

  async #started(): Promise<void> {
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error('The command has no output.');
    stderr.on('data', (piece: Buffer) => {
      this.#output += piece.toString();
    });
    await new Promise<void>((fulfil, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`longtake serve ended with ${code}:\n${this.#output}`)));
      createInterface({ input: stdout }).on('line', (line) => {
        this.#output += `${line}\n`;
        this.url = / in a browser at (http\S+)$/.exec(line)?.[1] ?? this.url;
        this.password = /told this once: (\S+)$/.exec(line)?.[1] ?? this.password;
        // The last line of the start.
        if (line.startsWith('Press Ctrl+C')) fulfil();
      });
    });
  }
}
