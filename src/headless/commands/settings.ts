import type { Command } from 'commander';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../../shared/domain/settings.ts';
import { type Mount, withStudio } from '../command.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Values are as in the settings file: numbers, true and false, texts, and JSON for what has parts. README.md says what each
setting does.
Examples:
  longtake settings set splitSeconds 1800
  longtake settings set recordingsFolder /srv/audio
  longtake settings reset splitSeconds`;

/** Adds `longtake settings`. */
export function addSettingsCommand(program: Command, mount: Mount): void {
  const settings = program.command('settings').description('Show and change the settings.');
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
  terminal.line(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  terminal.object({ type: 'setting', key, value });
}
