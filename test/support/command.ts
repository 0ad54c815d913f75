import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed. */
  objects(): readonly Record<string, unknown>[];
}

export interface CommandOptions {
  readonly cwd: string;
  readonly profile?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs the built `longtake` command to its end under plain Node, without a terminal. */
export async function longtake(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const { cwd, profile, env = {}, input = '' } = options;
  const child: ChildProcess = spawn(
    process.execPath,
    [PROGRAM, ...args, ...(profile === undefined ? [] : ['--profile', profile])],
    { cwd, env: { ...process.env, XDG_STATE_HOME: resolve(cwd, 'state'), ...env }, stdio: 'pipe' },
  );
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    code,
    ...said,
    objects: () =>
      said.out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
