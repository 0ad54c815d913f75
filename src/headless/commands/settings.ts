import type { Command } from 'commander';
import { defaultOf, SETTING_ITEMS, type SettingItem, settingAt } from '../../shared/domain/settingItems.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../../shared/domain/settings.ts';
import { type Mount, withStudio } from '../command.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { addSettingsFileCommands } from './settingsFile.ts';
import { valueText } from './settingText.ts';

const HELP = `
Values are as in the settings file: numbers, true and false, texts, and JSON for what has parts. longtake settings show
says what each setting does.
Examples:
  longtake settings show split
  longtake settings set splitSeconds 1800
  longtake settings set recordingsFolder /srv/audio
  longtake settings reset splitSeconds
  longtake settings export longtake.json
  longtake settings import longtake.json`;

/** Adds `longtake settings`. */
export function addSettingsCommand(program: Command, mount: Mount): void {
  const settings = program
    .command('settings')
    .description('Show and change the settings; take all of them to another computer.');
  settings.addHelpText('after', HELP);
  settings
    .command('list', { isDefault: true })
    .description('All settings.')
    .action((_: unknown, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        tell(terminal, await access.request('settings.get', {}));
        return EXIT.done;
      }),
    );
  settings
    .command('show')
    .description('What settings are, what they are by default, and what they do.')
    .argument('[setting...]', 'names or words; without any, all')
    .action((words: string[], _: unknown, command: Command) =>
      withStudio(command, mount, async ({ access, terminal, profile }) => {
        const items = words.length === 0 ? SETTING_ITEMS : [...new Set(words.flatMap(found))];
        const values = await access.request('settings.get', {});
        for (const item of items) {
          const own: unknown = settingAt(profile.defaults, item.id);
          describe(terminal, item, settingAt(values, item.id), own ?? defaultOf(item.id));
        }
        return EXIT.done;
      }),
    );
  settings
    .command('set')
    .description('Change one.')
    .argument('<setting>')
    .argument('<value>')
    .action((name: string, value: string, _: unknown, command: Command) =>
      withStudio(command, mount, async ({ access, terminal }) => {
        const key = known(name);
        const changed = await access.request('settings.update', { [key]: parsed(value) });
        tellOne(terminal, key, changed[key]);
        return EXIT.done;
      }),
    );
  addSettingsFileCommands(settings, mount);
  settings
    .command('reset')
    .description('Give some their defaults again.')
    .argument('<setting...>')
    .action((names: string[], _: unknown, command: Command) =>
      withStudio(command, mount, async ({ access, terminal, profile }) => {
        const keys = names.map(known);
        const defaults: Settings = { ...DEFAULT_SETTINGS, ...profile.defaults };
        const changed = await access.request(
          'settings.update',
          Object.fromEntries(keys.map((key) => [key, defaults[key]])),
        );
        for (const key of keys) tellOne(terminal, key, changed[key]);
        return EXIT.done;
      }),
    );
}

/** By the beginning of its path, else by a word of its name or of what else it is called. */
function found(text: string): readonly SettingItem[] {
  const wanted = text.toLowerCase();
  const byPath = SETTING_ITEMS.filter(({ id }) => id.toLowerCase().startsWith(wanted));
  const exact = byPath.filter(({ id }) => id.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  if (byPath.length > 0) return byPath;
  const byWord = SETTING_ITEMS.filter(({ name, words }) => `${name} ${words}`.toLowerCase().includes(wanted));
  if (byWord.length > 0) return byWord;
  throw new Failure(EXIT.usage, `There is no setting "${text}". longtake settings show lists them.`);
}

function describe(terminal: Terminal, { id, name, sentence }: SettingItem, value: unknown, standard: unknown): void {
  terminal.line(`${terminal.paint('bold', id)}: ${valueText(value)} (default: ${valueText(standard)})`);
  terminal.line(`  ${name}. ${sentence}`);
  terminal.object({ type: 'setting', key: id, value, default: standard, name, sentence });
}

function known(name: string): keyof Settings {
  const key = Object.keys(settingsSchema.shape).find((one) => one.toLowerCase() === name.toLowerCase());
  if (key !== undefined) return key as keyof Settings;
  throw new Failure(EXIT.usage, `There is no setting "${name}". longtake settings lists them.`);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // A text needs no quotation marks at a terminal.
    return value;
  }
}

function tell(terminal: Terminal, settings: Settings): void {
  for (const [key, value] of Object.entries(settings)) tellOne(terminal, key, value);
}

function tellOne(terminal: Terminal, key: string, value: unknown): void {
  terminal.line(`${key}: ${valueText(value)}`);
  terminal.object({ type: 'setting', key, value });
}
