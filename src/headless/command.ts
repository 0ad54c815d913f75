import type { Command } from 'commander';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import { type Access, openAccess } from './access.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { chooseProfile, type Profile } from './profile.ts';
import { Terminal } from './terminal.ts';

/** What `--json` says of itself everywhere. */
export const JSON_LINES = 'one JSON object a line on stdout; README.md names them';

/** What commands are mounted with. */
export interface Mount {
  readonly processHost: ProcessHost;
  /** The built page; absolute. */
  readonly pageFolder: string;
  /** What is typed in front of a command to start this program. */
  readonly program: string;
  onEnd(code: ExitCode): void;
}

interface GlobalFlags {
  readonly profile?: string;
  readonly json?: boolean;
}

/** What every command works with. */
export interface Work {
  readonly access: Access;
  readonly terminal: Terminal;
  readonly profile: Profile;
  /** Called once when somebody presses Ctrl+C; without it that ends the command at once. */
  onInterrupt(stop: () => void): void;
}

export function terminalOf(command: Command): Terminal {
  const { json } = command.optsWithGlobals<GlobalFlags>();
  return new Terminal({ out: process.stdout, err: process.stderr, env: process.env, json: json === true });
}

export function profileOf(command: Command): Profile {
  return chooseProfile(command.optsWithGlobals<GlobalFlags>().profile);
}

/** Runs a command on the studio of its profile: the one that runs, else one that only answers. */
export async function withStudio(
  command: Command,
  { processHost, onEnd }: Mount,
  work: (work: Work) => Promise<ExitCode>,
): Promise<void> {
  const terminal = terminalOf(command);
  const profile = profileOf(command);
  const access = await openAccess({ profile, processHost, terminal });
  let stop: (() => void) | undefined;
  const interrupt = (): void => {
    if (!stop) return process.exit(EXIT.interrupted);
    const first = stop;
    stop = undefined;
    first();
  };
  // Whoever read along has gone: what can be ended in order is. What cannot is soon over.
  const unheard = (): void => {
    if (stop) interrupt();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.stdout.once('error', unheard);
  try {
    onEnd(
      await work({
        access,
        terminal,
        profile,
        onInterrupt: (first) => {
          stop = first;
        },
      }),
    );
  } finally {
    terminal.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    process.stdout.off('error', unheard);
    await access.close();
  }
}

/** What all commands have: `--json`, and errors that end this program in one place. */
export function finishCommands(command: Command): void {
  command.exitOverride();
  for (const inner of command.commands) finishCommands(inner);
  if (command.commands.length > 0 || command.options.some(({ long }) => long === '--json')) return;
  command.option('--json', JSON_LINES);
}

/** For what only a studio that records can do. */
export function needsRunning({ running }: Access, what: string): void {
  if (running) return;
  throw new Failure(EXIT.busy, `${what} takes a studio that runs: start Longtake, longtake serve or longtake record.`);
}
