import { Argument, type Command } from 'commander';
import type { Mount } from '../command.ts';
import { EXIT } from '../exit.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const HELP = `
Examples:
  longtake completion bash > ~/.local/share/bash-completion/completions/longtake
  longtake completion zsh > "\${fpath[1]}/_longtake"
  longtake completion fish > ~/.config/fish/completions/longtake.fish`;

/** Adds `longtake completion`. Call it last: it tells what is there by then. */
export function addCompletionCommand(program: Command, mount: Mount): void {
  program
    .command('completion')
    .description('Print what a shell needs to complete commands and options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: (typeof SHELLS)[number]) => {
      const places = placesOf(program, '');
      process.stdout.write(shell === 'fish' ? fish(places) : shell === 'zsh' ? zsh(places) : bash(places));
      mount.onEnd(EXIT.done);
    });
}

/** What may follow a row of commands, such as `sources add`. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

function placesOf(command: Command, path: string): readonly Place[] {
  const words = [
    ...command.commands.map((inner) => ({ word: inner.name(), description: inner.description() })),
    ...command.options.flatMap(({ long, description }) => (long ? [{ word: long, description }] : [])),
    { word: '--help', description: 'help' },
    ...(path === '' ? [] : [{ word: '--profile', description: 'whose settings and library' }]),
  ];
  const inner = command.commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim()));
  return [{ path, words }, ...inner];
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => `    '${path}') words='${words.map(({ word }) => word).join(' ')}' ;;`);
  return `_longtake() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $(_longtake_words "$path") " in *" $word "*) [ "\${word#-}" = "$word" ] && path="\${path:+$path }$word" ;; esac
  done
  words=$(_longtake_words "$path")
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_longtake_words() {
  local words=''
  case "$1" in
${cases.join('\n')}
  esac
  printf '%s' "$words"
}
complete -o default -F _longtake longtake
`;
}

/** zsh runs completions of bash. */
function zsh(places: readonly Place[]): string {
  return `#compdef longtake
autoload -U +X bashcompinit && bashcompinit
${bash(places)}`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = places.flatMap(({ path, words }) =>
    words.map(({ word, description }) => {
      const at =
        path === ''
          ? '__fish_use_subcommand'
          : path
              .split(' ')
              .map((part) => `__fish_seen_subcommand_from ${part}`)
              .join('; and ');
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c longtake -n ${quoted(at)} ${what} -d ${quoted(description)}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}
