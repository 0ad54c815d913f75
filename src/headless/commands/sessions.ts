import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Upload, uploadStateSchema } from '../../shared/domain/upload.ts';
import type { TargetId, UploadId } from '../../shared/units.ts';
import type { Access } from '../access.ts';
import { type Mount, withStudio } from '../command.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { count, localTime, size } from '../words.ts';

const HELP = `
An upload is named by the beginning of its id. Where no studio runs with the profile, nothing is sent: what is changed
holds from its next start on.
Examples:
  longtake sessions list --state needsPerson
  longtake sessions retry --all
  longtake sessions add recording.flac --target Office`;

const PAGE = 500;
/** How many are listed unless asked for more. */
const DEFAULT_LIMIT = 50;

interface Chosen {
  readonly ids?: UploadId[];
  readonly targetId?: TargetId;
}

interface ManyFlags {
  readonly all?: boolean;
  readonly target?: string;
}

const MANY = {
  retry: ['Try at once what waits; what failed starts anew.', 'tried again'],
  pause: ['Send no more of these until they are resumed.', 'paused'],
  resume: ['Go on with what was paused.', 'resumed'],
} as const;

const ONE = {
  finish: ['Have the target finish with what it has; nothing more is sent.', 'finished with what is there'],
  discard: ['Give it up, and have the target throw away what it has. The recording stays.', 'discarded'],
  whole: ['Send the whole file in place of the session.', 'sent as a whole file'],
} as const;

/** Adds `longtake sessions`: uploads, and what can be done about them. */
export function addSessionsCommand(program: Command, mount: Mount): void {
  const sessions = program
    .command('sessions')
    .description('Uploads: how they get on, and what can be done about them.')
    .addHelpText('after', HELP);
  sessions
    .command('list', { isDefault: true })
    .description('Newest first.')
    .option('--state <state...>', uploadStateSchema.options.join(', '))
    .option('--target <name>', 'only those to this target')
    .option('--limit <count>', `how many (${DEFAULT_LIMIT}); 0: all`)
    .action((flags: ListFlags, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        tellUploads(terminal, access, await listed(access, flags));
        return EXIT.done;
      }),
    );
  for (const [action, [description, done]] of Object.entries(MANY) as [
    keyof typeof MANY,
    (typeof MANY)[keyof typeof MANY],
  ][]) {
    sessions
      .command(action)
      .description(description)
      .argument('[id...]')
      .option('--all', 'all of them')
      .option('--target <name>', 'all to this target')
      .action((ids: string[], flags: ManyFlags, command: Command) =>
        withStudio(command, mount, async ({ access, terminal }) => {
          const chosen = await chosenUploads(access, ids, flags);
          await access.request(`uploads.${action}`, chosen);
          const which = chosen.ids ? count(chosen.ids.length, 'upload') : 'All uploads';
          terminal.line(`${which}${flags.target === undefined ? '' : ` to ${flags.target}`}: ${done}.`);
          terminal.object({ type: 'done', action, ...chosen });
          return EXIT.done;
        }),
      );
  }
  for (const [action, [description, done]] of Object.entries(ONE) as [
    keyof typeof ONE,
    (typeof ONE)[keyof typeof ONE],
  ][]) {
    sessions
      .command(action)
      .description(description)
      .argument('<id...>')
      .action((ids: string[], _: unknown, command: Command) =>
        withStudio(command, mount, async ({ access, terminal }) => {
          const all = await listed(access, { limit: '0' });
          for (const upload of ids.map((text) => chooseUpload(all, text))) {
            await access.request(`uploads.${action}`, { id: upload.id });
            terminal.line(`${upload.path} to ${upload.targetName}: ${done}.`);
            terminal.object({ type: 'done', action, id: upload.id });
          }
          return EXIT.done;
        }),
      );
  }
  addStart(sessions, mount);
}

function addStart(sessions: Command, mount: Mount): void {
  sessions
    .command('add')
    .description('Upload recordings from before.')
    .argument('<file...>', 'recordings of the library')
    .requiredOption('--target <name...>', 'where to')
    .action((files: string[], { target }: { target: string[] }, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        const targets = await access.request('targets.list', {});
        const targetIds = target.map((name) => chooseTarget(targets, name));
        const recordings = [];
        for (const file of files) {
          recordings.push(await access.request('library.recordingAt', { path: resolve(file) }));
        }
        const recordingIds = recordings.map(({ id }) => id);
        const { started } = await access.request('uploads.start', { recordingIds, targetIds });
        const rest = started < recordingIds.length * targetIds.length ? ' The others are there or on their way.' : '';
        terminal.line(`${count(started, 'upload')} added.${rest}`);
        terminal.object({ type: 'done', action: 'add', started });
        return EXIT.done;
      }),
    );
}

interface ListFlags {
  readonly state?: readonly string[];
  readonly target?: string;
  readonly limit?: string;
}

async function listed(access: Access, { state, target, limit }: ListFlags): Promise<Upload[]> {
  const states = state?.map((name) => {
    const parsed = uploadStateSchema.safeParse(name);
    if (parsed.success) return parsed.data;
    throw new Failure(EXIT.usage, `There is no state "${name}": use ${uploadStateSchema.options.join(', ')}.`);
  });
  const most = limit === undefined ? DEFAULT_LIMIT : Number(limit);
  if (!Number.isInteger(most) || most < 0) throw new Failure(EXIT.usage, '--limit takes a whole number; 0: all.');
  const targetId = target === undefined ? undefined : chooseTarget(await access.request('targets.list', {}), target);
  const found: Upload[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const wanted = most === 0 ? PAGE : Math.min(PAGE, most - found.length);
    if (wanted === 0) return found;
    const page = await access.request('uploads.list', {
      ...(states ? { states } : {}),
      ...(targetId === undefined ? {} : { targetId }),
      ...(before === undefined ? {} : { before }),
      limit: wanted,
    });
    found.push(...page);
    if (page.length < wanted) return found;
  }
}

async function chosenUploads(access: Access, texts: readonly string[], { all, target }: ManyFlags): Promise<Chosen> {
  if ([texts.length > 0, all === true, target !== undefined].filter(Boolean).length !== 1) {
    throw new Failure(EXIT.usage, 'Name uploads by their ids, or use --target, or --all.');
  }
  if (all === true) return {};
  if (target !== undefined) return { targetId: chooseTarget(await access.request('targets.list', {}), target) };
  const known = await listed(access, { limit: '0' });
  return { ids: texts.map((text) => chooseUpload(known, text).id) };
}

function chooseUpload(known: readonly Upload[], text: string): Upload {
  const found = known.filter(({ id }) => id.startsWith(text.toLowerCase()));
  const [only] = found;
  if (only && found.length === 1) return only;
  const problem = found.length > 1 ? `${found.length} uploads begin with "${text}". Write more of it.` : undefined;
  throw new Failure(EXIT.usage, problem ?? `There is no upload "${text}". See longtake sessions list --limit 0.`);
}

function chooseTarget(
  known: readonly { readonly target: { readonly id: TargetId; readonly name: string } }[],
  name: string,
): TargetId {
  const found = known.find(({ target }) => target.id === name || target.name.toLowerCase() === name.toLowerCase());
  if (found) return found.target.id;
  const all = known.map(({ target }) => `"${target.name}"`).join(', ');
  throw new Failure(EXIT.usage, `There is no target "${name}". ${all === '' ? 'There is none.' : `There are ${all}.`}`);
}

function tellUploads(terminal: Terminal, access: Access, uploads: readonly Upload[]): void {
  for (const upload of uploads) terminal.object({ type: 'upload', ...upload });
  if (uploads.length === 0) {
    terminal.line('There is no upload.');
    return;
  }
  const rows = uploads.map((upload) => [
    upload.id.slice(0, 8),
    upload.state === 'failed' || upload.state === 'needsPerson' ? terminal.paint('yellow', upload.state) : upload.state,
    `${size(upload.safeBytes)} of ${size(upload.bytes)}`,
    upload.targetName,
    localTime(upload.startedAt),
    upload.path,
  ]);
  terminal.table(['ID', 'STATE', 'SAFE', 'TARGET', 'BEGAN', 'RECORDING'], rows);
  for (const { id, problem } of uploads) {
    if (problem) terminal.line(`${id.slice(0, 8)}: ${problem.message}`);
  }
  if (!access.running) terminal.tell('No studio runs with this profile: nothing is sent now.');
}
