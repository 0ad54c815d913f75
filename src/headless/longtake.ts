import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { DEFAULT_DETECTION, detectionSchema } from '../shared/domain/section.ts';
import { MAX_SPLIT_SECONDS, MIN_SPLIT_SECONDS } from '../shared/domain/settings.ts';
import { errnoOf, errorText, LongtakeError, toWireError } from '../shared/errors.ts';
import { VERSION } from '../shared/version.ts';
import { analyse } from './analyse.ts';
import { finishCommands, JSON_LINES, type Mount, profileOf, terminalOf } from './command.ts';
import { devices } from './devices.ts';
import { EXIT, type ExitCode, exitCodeFor, Failure } from './exit.ts';
import { record } from './record.ts';
import { recordProfile } from './recordProfile.ts';
import { addServeCommand } from './serveCommand.ts';
import { addServerCommand } from './serverCommand.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addCutCommand } from './commands/cut.ts';
import { addDrillCommand } from './commands/drill.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addRescanCommand } from './commands/rescan.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addSessionsCommand } from './commands/sessions.ts';
import { addSettingsCommand } from './commands/settings.ts';
import { addSourcesCommand } from './commands/sources.ts';
import { addStatusCommand } from './commands/status.ts';

const EXIT_CODES = `
Exit codes:
  ${EXIT.done}    ended as asked; every file is closed
  ${EXIT.failed}    it could not start, or not end in order
  ${EXIT.usage}    the command line, a file that it names or the configuration is wrong
  ${EXIT.gaveUp}    record: every source has given up (max_retries)
  ${EXIT.problems}    it looked, and not all is as it should be (status, verify, import, settings import, drill)
  ${EXIT.busy}    another Longtake has what it needs, or does not allow it now
  ${EXIT.interrupted}  ended by Ctrl+C; record: at once, by a second one`;

const RECORD_HELP = `
Named sources are recorded with the settings of the profile and into its library; a configuration has neither.
Examples:
  longtake record "Studio A" "Radio 1"
  longtake record --all --profile /srv/longtake
  longtake record --config config.ini --json
SIGTERM and Ctrl+C close every file within 5 s.
A stream's password may be in the environment instead of the file: LONGTAKE_PASSWORD_RADIO_1 for [Radio 1].
${EXIT_CODES}`;

const ANALYSE_HELP = `
Every file is gone through once and nothing is written. Levels are in dBFS, where a full-scale sine has -3.01; the noise
floor is the 20th percentile of each 30 s; the score of a section is its peak above that, in dB.
Exit codes: ${EXIT.done} every file was analysed; ${EXIT.failed} at least one could not be; ${EXIT.usage} the command line is wrong.`;

/** How this program was started. */
export interface Start extends Omit<Mount, 'onEnd'> {
  /** What was typed behind its name. */
  readonly args: readonly string[];
}

async function run({ args, ...start }: Start): Promise<ExitCode> {
  const { processHost } = start;
  let code: ExitCode = EXIT.done;
  const program = new Command('longtake')
    .description('Records soundcards and streams unattended, without a window.')
    .version(VERSION)
    .option('--profile <folder>', 'whose settings and library (LONGTAKE_USER_DATA, else the desktop’s own)')
    .exitOverride()
    .showHelpAfterError('See longtake --help.')
    .option('--list-devices', 'the same as the command devices')
    .addHelpText('after', EXIT_CODES);
  program
    .command('devices')
    .description('List the inputs of this computer, and how a configuration names them.')
    .option('--json', JSON_LINES)
    .exitOverride()
    .action(async (_: unknown, command: Command) => {
      code = await devices({ terminal: terminalOf(command), processHost });
    });
  program
    .command('record')
    .description('Record sources of the profile, or what an ISR configuration says, until told to end.')
    .argument('[source...]', 'sources of the profile')
    .option('--all', 'every source of the profile')
    .option('-c, --config <file>', 'a configuration in place of the profile (config.ini where nothing else is named)')
    .option('--check', 'say what would be recorded, and record nothing')
    .option('--dry-run', 'the same as --check')
    .option('--json', 'one JSON object a line on stdout for every event; the log goes to stderr')
    .option('--split-seconds <seconds>', 'in place of split_minutes', splitSeconds)
    .option(
      '--min-free <MB>',
      'recording ends while no more is free on its disk (1000); 0: it fills the disk',
      megabytes,
    )
    .option('--tags', 'MP3 and AAC files begin with a tag: source, start, title; without it they are the stream alone')
    .exitOverride()
    .addHelpText('after', RECORD_HELP)
    .action(async (names: string[], options: RecordFlags, command: Command) => {
      if (names.length > 0 || options.all === true) {
        const ofConfig = OF_CONFIG.find((flag) => options[flag] !== undefined);
        if (ofConfig !== undefined)
          throw new Failure(EXIT.usage, `--${ofConfig} is for a configuration, not for sources.`);
        const { all, json } = options;
        const common = { names, all: all === true, json: json === true, processHost };
        code = await recordProfile({ profile: profileOf(command), ...common });
        return;
      }
      code = await record({
        config: options.config ?? 'config.ini',
        check: options.check === true || options.dryRun === true,
        json: options.json === true,
        splitSeconds: options.splitSeconds,
        minFreeBytes: options.minFree === undefined ? undefined : options.minFree * 1e6,
        tagStreams: options.tags === true,
        processHost,
      });
    });
  program
    .command('analyse')
    .description('Find the sections of audio files: what stands out from the noise around it.')
    .argument('<file...>', 'WAV, FLAC, MP3, AAC or Ogg')
    .option(
      '--margin <dB>',
      'above the noise floor, from which on it is loud',
      setting('marginDb'),
      DEFAULT_DETECTION.marginDb,
    )
    .option(
      '--grace <seconds>',
      'louder parts closer than this are one section',
      setting('graceSeconds'),
      DEFAULT_DETECTION.graceSeconds,
    )
    .option(
      '--min-length <seconds>',
      'shorter sections are left out',
      setting('minSeconds'),
      DEFAULT_DETECTION.minSeconds,
    )
    .option('--json', JSON_LINES)
    .exitOverride()
    .addHelpText('after', ANALYSE_HELP)
    .action(async (files: string[], { json, margin, grace, minLength }: AnalyseFlags) => {
      code = await analyse({
        files,
        json: json === true,
        marginDb: margin,
        graceSeconds: grace,
        minSeconds: minLength,
      });
    });
  const mount: Mount = {
    ...start,
    onEnd: (ended) => {
      code = ended;
    },
  };
  addStatusCommand(program, mount);
  addSourcesCommand(program, mount);
  addSessionsCommand(program, mount);
  addCutCommand(program, mount);
  addExportCommand(program, mount);
  addImportCommand(program, mount);
  addRescanCommand(program, mount);
  addVerifyCommand(program, mount);
  addDrillCommand(program, mount);
  addSettingsCommand(program, mount);
  finishCommands(program);
  addServeCommand(program, mount);
  addServerCommand(program, mount);
  addCompletionCommand(program, mount);
  const [first, ...rest] = args;
  // As ISR has it.
  await program.parseAsync(first === '--list-devices' ? ['devices', ...rest] : args, { from: 'user' });
  return code;
}

interface AnalyseFlags {
  readonly margin: number;
  readonly grace: number;
  readonly minLength: number;
  readonly json?: boolean;
}

const OF_CONFIG = ['config', 'check', 'dryRun', 'splitSeconds', 'minFree', 'tags'] as const;

interface RecordFlags {
  readonly all?: boolean;
  readonly config?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly splitSeconds?: number;
  readonly minFree?: number;
  readonly tags?: boolean;
}

function splitSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_SPLIT_SECONDS && seconds <= MAX_SPLIT_SECONDS) return seconds;
  throw new InvalidArgumentError(`Enter whole seconds from ${MIN_SPLIT_SECONDS} to ${MAX_SPLIT_SECONDS}.`);
}

/** Reads a number that a setting of detection may have. */
function setting(name: 'marginDb' | 'graceSeconds' | 'minSeconds'): (text: string) => number {
  return (text) => {
    const value = detectionSchema.shape[name].safeParse(text.trim() === '' ? Number.NaN : Number(text));
    if (value.success) return value.data;
    throw new InvalidArgumentError(value.error.issues[0]?.message ?? 'Enter a number.');
  };
}

function megabytes(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Enter whole megabytes.');
}

/** With `--json` the reason is on stdout, too. */
function tellPrograms(error: unknown): void {
  if (!process.argv.includes('--json')) return;
  const { code, message } = forPrograms(error);
  process.stdout.write(`${JSON.stringify({ type: 'error', code, message })}\n`);
}

/** A code of the contract where there is one for it, else FAILED. */
function forPrograms(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof CommanderError) {
    const message = error.code === 'commander.help' ? 'A command is missing; see --help.' : error.message;
    return { code: 'INVALID_INPUT', message: message.replace(/^error: /, '') };
  }
  const refused = refusalOf(error);
  if (refused !== undefined) return { code: 'FAILED', message: refused };
  if (!(error instanceof Failure)) return toWireError(error);
  const codes: Partial<Record<ExitCode, string>> = { [EXIT.usage]: 'INVALID_INPUT', [EXIT.busy]: 'CONFLICT' };
  return { code: codes[error.exitCode] ?? 'FAILED', message: error.message };
}

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'This user may not use it: change its permissions, or name another place.',
  EPERM: 'This user may not use it: change its permissions, or name another place.',
  EROFS: 'Nothing can be written there: name another place.',
  ENOSPC: 'The disk is full: free some space.',
  EDQUOT: 'The quota of this user is used up: free some space.',
  ENOTDIR: 'A part of it is no folder: name another place.',
};

/** What the system says about a file is no bug of ours; undefined for anything else. */
function refusalOf(error: unknown): string | undefined {
  const words = REFUSALS[errnoOf(error) ?? ''];
  if (words === undefined || !(error instanceof Error) || !('path' in error)) return undefined;
  return `${String(error.path)}: ${words}`;
}

function exitCodeOf(error: unknown): number {
  // Help that was asked for is no error.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  tellPrograms(error);
  // Commander has told people.
  if (error instanceof CommanderError) return EXIT.usage;
  if (error instanceof LongtakeError) {
    const field = error.details?.['field'];
    const isTold = typeof field !== 'string' || field === '' || error.message.includes(field);
    const where = isTold ? '' : ` (${field})`;
    process.stderr.write(`${error.message}${where}\n`);
    return exitCodeFor(error.code);
  }
  const told = error instanceof Failure ? error.message : (refusalOf(error) ?? errorText(error));
  process.stderr.write(`${told}\n`);
  return error instanceof Failure ? error.exitCode : EXIT.failed;
}

/** Runs the `longtake` command in this process, and resolves with its exit code. Never rejects. */
export async function runLongtake(start: Start): Promise<number> {
  // Whoever read along may be gone; that is no reason to end a recording.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  // The recorder is another process: whatever fails here, recording goes on.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => process.stderr.write(`An error was not handled: ${errorText(error)}\n`));
  }
  let code: number;
  try {
    code = await run(start);
  } catch (error) {
    code = exitCodeOf(error);
  }
  return isLost(process.stdout.errored) ? EXIT.failed : code;
}

/** Somebody who stops reading wants no more; a disk that takes no more has taken half. */
function isLost(error: Error | null): boolean {
  if (error === null || errnoOf(error) === 'EPIPE') return false;
  const why = REFUSALS[errnoOf(error) ?? ''] ?? `The disk refuses (${errorText(error)}).`;
  process.stderr.write(`What was asked for could not be written. ${why}\n`);
  return true;
}
