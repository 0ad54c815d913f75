import type { Command } from 'commander';
import type { Source } from '../../shared/contract/requests.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import type { Access } from '../access.ts';
import { chooseSource, chooseSources } from '../chosen.ts';
import { type Mount, needsRunning, withStudio } from '../command.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../words.ts';
import { untilPaused } from './pausing.ts';
import { addDraftOptions, type DraftFlags, draftOf } from './sourceDraft.ts';

const ADD_HELP = `
Examples:
  longtake sources add soundcard --name "Studio A" --device "USB Audio" --rate 48000 --bits 24
  longtake sources add soundcard --name Left --device hw:1,0 --pick 1 --container flac
  longtake sources add stream --name "Radio 1" --url https://example.org/live.mp3
  longtake sources add signal --name Test --programme mixed`;

const HELP = `
A source is named by its name, its id, or the beginning of one. Where a studio runs with the profile, that one is asked;
else the settings are changed, and hold from its next start on.`;

const KINDS = { soundcard: 'soundcard', stream: 'stream', signal: 'generator' } as const;

/** Adds `longtake sources`: what is recorded. */
export function addSourcesCommand(program: Command, mount: Mount): void {
  const sources = program
    .command('sources')
    .description('List, add, change and arm what is recorded.')
    .addHelpText('after', HELP);

  sources
    .command('list', { isDefault: true })
    .description('All sources, with what each does now.')
    .action((_: unknown, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        tellSources(terminal, access, await access.request('sources.list', {}));
        return EXIT.done;
      }),
    );

  const add = sources.command('add').description('Add a source; it is not armed.');
  add.addHelpText('after', ADD_HELP);
  for (const [word, kind] of Object.entries(KINDS)) {
    const one = add.command(word).description(DESCRIPTIONS[kind]);
    addDraftOptions(one, kind).action((flags: DraftFlags, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        const draft = await draftOf(flags, kind, undefined, access);
        const added = await access.request('sources.add', draft);
        tellSource(terminal, 'added', added);
        return EXIT.done;
      }),
    );
  }

  const edit = sources.command('edit').description('Change a source: what is not named stays.');
  edit.argument('<source>');
  addDraftOptions(edit, undefined).action((text: string, flags: DraftFlags, command: Command) =>
    withStudio(command, mount, async ({ access, terminal }) => {
      const { config } = chooseSource(await access.request('sources.list', {}), text);
      const draft = await draftOf(flags, config.kind, config, access);
      const changed = await access.request('sources.update', { id: config.id, draft });
      tellSource(terminal, 'changed', changed);
      return EXIT.done;
    }),
  );

  sources
    .command('remove')
    .description('Remove sources; their recordings stay.')
    .argument('<source...>')
    .option('--force', 'also those that are armed: their recordings are closed first')
    .action((names: string[], { force }: { force?: boolean }, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        const list = await access.request('sources.list', {});
        const chosen = names.map((name) => chooseSource(list, name));
        const armed = chosen.filter((source) => isArmed(access, source));
        if (armed.length > 0 && force !== true) {
          const which = armed.map(({ config }) => `"${config.name}"`).join(', ');
          throw new Failure(EXIT.busy, `${which} is armed. Disarm it first, or add --force.`);
        }
        for (const source of new Set(chosen)) {
          await access.request('sources.remove', { id: source.config.id });
          tellSource(terminal, 'removed', source);
        }
        return EXIT.done;
      }),
    );
  addActions(sources, mount);
}

const DESCRIPTIONS: Readonly<Record<SourceConfig['kind'], string>> = {
  soundcard: 'a microphone or line-in',
  stream: 'an address that streams',
  generator: 'a test signal',
};

const ACTIONS = {
  arm: 'Record these sources, until they are disarmed.',
  disarm: 'Record them no more; returns when their files are closed.',
  pause: 'Keep nothing of armed sources until they are resumed.',
  resume: 'Record paused sources again.',
  split: 'Begin new files now, with no audio between.',
} as const;

function addActions(sources: Command, mount: Mount): void {
  for (const [action, description] of Object.entries(ACTIONS) as [keyof typeof ACTIONS, string][]) {
    sources
      .command(action)
      .description(description)
      .argument('[source...]')
      .option('--all', 'all of them')
      .action((names: string[], { all }: { all?: boolean }, command: Command) =>
        withStudio(command, mount, async ({ access, terminal }) => {
          const list = await access.request('sources.list', {});
          const ids = chooseSources(list, names, all === true);
          if (access.store && (action === 'arm' || action === 'disarm')) {
            armStored(access.store, ids, action === 'arm');
            const what = action === 'arm' ? 'armed from the next start of Longtake on' : 'not armed any more';
            terminal.tell(`Nothing runs with this profile: ${count(ids.length, 'source')} ${what}.`);
          } else {
            needsRunning(access, `longtake sources ${action}`);
            await access.request(`sources.${action}`, { ids: [...ids] });
          }
          const isPausing = action === 'pause' || action === 'resume';
          const now = isPausing
            ? await untilPaused(access, ids, action === 'pause')
            : await access.request('sources.list', {});
          for (const source of now.filter(({ config }) => ids.includes(config.id))) {
            tellSource(terminal, DONE[action], source, isArmed(access, source));
          }
          return EXIT.done;
        }),
      );
  }
}

const DONE: Readonly<Record<keyof typeof ACTIONS, string>> = {
  arm: 'armed',
  disarm: 'disarmed',
  pause: 'paused',
  resume: 'resumed',
  split: 'split',
};

/** What a person armed is armed again when the studio starts. */
function armStored(store: NonNullable<Access['store']>, ids: readonly SourceId[], armed: boolean): void {
  const state = store.read();
  const others = state.armed.filter((id) => !ids.includes(id));
  store.write({ ...state, armed: armed ? [...others, ...ids] : others });
}

function isArmed({ store }: Access, { config, status }: Source): boolean {
  return store ? store.read().armed.includes(config.id) : status.state !== 'disarmed';
}

function tellSource(terminal: Terminal, what: string, source: Source, armed?: boolean): void {
  const { config, status } = source;
  terminal.line(`${config.name}: ${what} (${config.id})`);
  terminal.object({
    type: 'source',
    event: what,
    ...config,
    state: status.state,
    ...(armed === undefined ? {} : { armed }),
  });
}

function tellSources(terminal: Terminal, access: Access, list: readonly Source[]): void {
  for (const source of list) {
    const { config, status, hasPassword } = source;
    terminal.object({ type: 'source', ...config, hasPassword, state: status.state, armed: isArmed(access, source) });
  }
  if (list.length === 0) terminal.line('There is no source yet. Add one with longtake sources add.');
  else {
    const rows = list.map((source) => {
      const { config, status } = source;
      const armed = isArmed(access, source);
      const state = access.store && armed ? 'armed at the next start' : status.state;
      return [config.name, config.kind, state, whatOf(config), config.id.slice(0, 8)];
    });
    terminal.table(['NAME', 'KIND', 'STATE', 'WHAT', 'ID'], rows);
  }
}

function whatOf(config: SourceConfig): string {
  if (config.kind === 'stream') return config.url;
  const { sampleRate, bitDepth, channels } = config;
  const format = `${sampleRate} Hz, ${bitDepth} bit, ${channels} ch`;
  return config.kind === 'soundcard' ? `${config.device}, ${format}` : `${config.programme}, ${format}`;
}
