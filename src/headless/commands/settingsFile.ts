import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { nodeFileSystem } from '../../engine/platform/nodeFileSystem.ts';
import type { ImportChange, ImportPreview } from '../../shared/contract/upkeep.ts';
import { decodeFileText, MAX_CONFIG_BYTES } from '../../shared/decodeText.ts';
import { errnoOf } from '../../shared/errors.ts';
import { canAsk, isAgreed } from '../ask.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { count } from '../words.ts';
import { valueText } from './settingText.ts';

const EXPORT_HELP = `
The file has all settings with sources, targets, rules and alarms, for this computer or another one. Passwords, tokens
and keys are not in it, and what is secret in an address is left out and told.
Examples:
  longtake settings export longtake.json
  longtake settings export | ssh studio longtake settings import - --yes`;

const IMPORT_HELP = `
What would change is told first. At a terminal you are asked; elsewhere nothing is changed without --yes. What is here and
not in the file stays; sources that are added are not armed; a password that would be sent to another address afterwards
is forgotten. A studio that runs with the profile takes it over at once.
An ISR configuration, or audio, is for longtake import.
Exit codes: ${EXIT.done} it is as the file says, or you said no; ${EXIT.usage} it is no file of settings, or --yes is missing; ${EXIT.problems} a part of the
file could not be used, the rest was.
Examples:
  longtake settings import longtake.json
  longtake settings import longtake.json --dry-run
  longtake settings import longtake.json --yes --json`;

interface ImportFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Adds what takes all settings away and back. */
export function addSettingsFileCommands(settings: Command, mount: Mount): void {
  settings
    .command('export')
    .description('Write all settings, sources, targets and rules into one file; no secrets.')
    .argument('[file]', 'a new file; - or none: standard output')
    .option('--force', 'put it in the place of a file that is there')
    .addHelpText('after', EXPORT_HELP)
    .action((file: string | undefined, { force }: { force?: boolean }, command: Command) =>
      withStudio(command, mount, (work) => exportAll(work, file, force === true)),
    );
  settings
    .command('import')
    .description('Take such a file over; what becomes what is told first.')
    .argument('<file>', 'what longtake settings export, or the window, has written; -: standard input')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'tell what would change, and change nothing')
    .addHelpText('after', IMPORT_HELP)
    .action((file: string, flags: ImportFlags, command: Command) => {
      // Read before the profile is taken: whoever writes into a pipe may need it, too.
      const text = readSettingsText(file);
      return withStudio(command, mount, (work) => importAll(work, { file, text }, flags));
    });
}

async function exportAll({ access, terminal }: Work, file: string | undefined, force: boolean): Promise<ExitCode> {
  const { text, leftOut } = await access.request('settings.export', {});
  const path = file === undefined || file === '-' ? undefined : resolve(file);
  if (path !== undefined) {
    await writeWhole(path, text, force);
    terminal.line(`All settings are in ${path}. Passwords, tokens and keys are not.`);
    terminal.object({ type: 'settings', event: 'exported', file: path, leftOut });
  } else {
    terminal.raw(text);
    terminal.object({ type: 'settings', event: 'exported', settings: JSON.parse(text) as unknown, leftOut });
  }
  for (const one of leftOut) terminal.tell(`Left out: ${one}`);
  return EXIT.done;
}

/** Under another name until it is on the disk, so that there is never half a file. */
async function writeWhole(path: string, text: string, force: boolean): Promise<void> {
  const unfinished = join(dirname(path), `.longtake-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (force) await rename(unfinished, path);
    else await nodeFileSystem.move(unfinished, path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') {
      throw new Failure(EXIT.usage, `${path} is there already. Name another file, or add --force.`);
    }
    throw new Failure(
      EXIT.usage,
      `${path} cannot be written (${code ?? String(error)}). Name a file in a folder that you may write to.`,
    );
  } finally {
    await rm(unfinished, { force: true });
  }
}

function readSettingsText(file: string): string {
  const name = file === '-' ? 'What is on standard input' : file;
  try {
    if (file !== '-' && statSync(file).size > MAX_CONFIG_BYTES) throw tooLarge(name);
    const bytes = readFileSync(file === '-' ? 0 : file);
    if (bytes.length > MAX_CONFIG_BYTES) throw tooLarge(name);
    return decodeFileText(bytes);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.usage, `${name} cannot be read (${errnoOf(error) ?? String(error)}). Name another file.`);
  }
}

function tooLarge(name: string): Failure {
  return new Failure(EXIT.usage, `${name} is larger than 1 MB: that is no file of settings.`);
}

async function importAll(
  { access, terminal }: Work,
  { file, text }: { readonly file: string; readonly text: string },
  { yes, dryRun }: ImportFlags,
): Promise<ExitCode> {
  const preview = await access.request('settings.previewImport', { text });
  const changes = tellPreview(terminal, preview);
  const told = (event: string, problems: readonly string[]): void =>
    terminal.object({ type: 'settings', event, changes, problems });
  const looked = (problems: readonly string[]): ExitCode => (problems.length > 0 ? EXIT.problems : EXIT.done);
  const name = file === '-' ? 'The file' : file;
  if (changes === 0) {
    terminal.line(`${name} changes nothing here.`);
    told('unchanged', preview.problems);
    return looked(preview.problems);
  }
  if (dryRun === true) {
    terminal.line(`${name} would make ${count(changes, 'change')}. What is here and not in the file stays.`);
    told('would be imported', preview.problems);
    return looked(preview.problems);
  }
  if (yes !== true) {
    if (terminal.isJson || file === '-' || !canAsk()) {
      throw new Failure(
        EXIT.usage,
        `Nothing was changed: nobody can be asked here. Add --yes to make ${count(changes, 'change')}.`,
      );
    }
    if (!(await isAgreed(`Make ${count(changes, 'change')}? What is here and not in the file stays.`))) {
      terminal.line('Nothing was changed.');
      return EXIT.done;
    }
  }
  const { problems } = await access.request('settings.import', { text });
  // What the preview said is not said twice.
  for (const problem of problems.filter((one) => !preview.problems.includes(one))) tellProblem(terminal, problem);
  terminal.line(`${name} was taken over.`);
  told('imported', problems);
  return looked(problems);
}

/** How many changes there are. */
function tellPreview(terminal: Work['terminal'], { problems, settings, sources, targets }: ImportPreview): number {
  for (const problem of problems) tellProblem(terminal, problem);
  tellChanges(terminal, settings, '');
  for (const { path, before, after } of settings)
    terminal.object({ type: 'change', of: 'setting', path, before, after });
  const things = [
    ...sources.map((thing) => ({ of: 'source', ...thing })),
    ...targets.map((thing) => ({ of: 'target', ...thing })),
  ].filter(({ outcome }) => outcome !== 'same');
  for (const { of, name, outcome, changes, forgetsSecret } of things) {
    const what = outcome === 'added' ? `is added${of === 'source' ? ', not armed' : ''}` : 'is changed';
    terminal.line(`The ${of} "${name}" ${what}${changes.length > 0 ? ':' : '.'}`);
    tellChanges(terminal, changes, '  ');
    if (forgetsSecret) terminal.line('  Its password is forgotten, for its address is another one.');
    terminal.object({ type: 'change', of, name, outcome, changes, forgetsSecret });
  }
  return settings.length + things.length;
}

function tellChanges(terminal: Work['terminal'], changes: readonly ImportChange[], indent: string): void {
  for (const { path, before, after } of changes) {
    terminal.line(`${indent}${path}: ${valueText(before)} -> ${valueText(after)}`);
  }
}

function tellProblem(terminal: Work['terminal'], message: string): void {
  terminal.tell(message);
  terminal.object({ type: 'problem', message });
}
