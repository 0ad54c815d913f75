import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { RequestInput } from '../../shared/contract/requests.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../shared/domain/sourceDefaults.ts';
import type { Access } from '../access.ts';
import { EXIT, Failure } from '../exit.ts';

type Draft = RequestInput<'sources.add'>;
type Kind = SourceConfig['kind'];

export interface DraftFlags {
  readonly name?: string;
  readonly split?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly target?: readonly string[];
  readonly rate?: number;
  readonly bits?: number;
  readonly float?: boolean;
  readonly channels?: number;
  readonly pick?: readonly number[];
  readonly container?: string;
  readonly device?: string;
  readonly backend?: string;
  readonly url?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly format?: string;
  readonly stall?: number;
  readonly cue?: boolean;
  readonly tags?: boolean;
  readonly programme?: string;
  readonly seed?: number;
  readonly clear?: readonly string[];
  readonly draft?: string;
}

/** What may be taken back to the settings' own. */
const CLEARABLE = {
  split: 'splitSeconds',
  pattern: 'filenamePattern',
  'max-length': 'maxLengthSeconds',
  targets: 'targets',
  pick: 'pick',
  container: 'container',
  stall: 'stallSeconds',
  tags: 'tagStreams',
  alarms: 'alarms',
  detection: 'detection',
} as const;

/** Without a kind those of every kind, for a change. */
export function addDraftOptions(command: Command, kind: Kind | undefined): Command {
  const has = (...kinds: readonly Kind[]): boolean => kind === undefined || kinds.includes(kind);
  command.option('--name <name>', 'unique; also the folder of its recordings');
  if (has('soundcard')) {
    command
      .option('--device <device>', `as longtake devices names it (${DEFAULT_DEVICE})`)
      .option('--pick <channels>', 'which channels of the device, from 1: 3,4', numbers)
      .option('--float', 'samples are floating-point numbers; with --bits 32')
      .option('--backend <name>', 'auto, portaudio or arecord');
  }
  if (has('soundcard', 'generator')) {
    command
      .option('--rate <Hz>', '8000 to 192000 (48000)', number)
      .option('--bits <bits>', '16, 24 or 32 (16)', number)
      .option('--channels <count>', 'how many are recorded (2)', number)
      .option('--container <container>', 'wav or flac (wav)');
  }
  if (has('stream')) {
    command
      .option('--url <address>', 'http:// or https://')
      .option('--username <name>', 'where the stream asks for one')
      .option('--password-stdin', 'read the password from standard input: on the command line others could see it')
      .option('--format <format>', 'auto, mp3, aac, ogg, opus or flac (auto)')
      .option('--stall <seconds>', 'without audio for so long it counts as lost', number)
      .option('--cue', 'write the titles on air into a cue sheet beside each file')
      .option('--tags', 'MP3 and AAC files begin with a tag')
      .option('--no-tags', 'they hold the stream and nothing else');
  }
  if (has('generator')) {
    command
      .option('--programme <name>', 'tone, bursts or mixed (mixed)')
      .option('--seed <number>', 'decides the timetable (1)', number);
  }
  command
    .option('--split <seconds>', 'a file of its own so often', number)
    .option('--pattern <pattern>', 'of its file names: strftime and {source}')
    .option('--max-length <seconds>', 'of all its recordings; then it disarms itself', number)
    .option('--target <name...>', 'where it is uploaded to')
    .option('--draft <file>', 'everything else, as JSON; - reads standard input');
  if (kind === undefined) {
    command.option('--clear <setting...>', `back to the settings' own: ${Object.keys(CLEARABLE).join(', ')}`);
  }
  return command;
}

/** What the flags make of a source; the contract checks it. */
export async function draftOf(
  flags: DraftFlags,
  kind: Kind,
  before: SourceConfig | undefined,
  access: Access,
): Promise<Draft> {
  if (flags.passwordStdin === true && flags.draft === '-') {
    throw new Failure(EXIT.usage, 'Standard input holds a password or a draft, not both.');
  }
  const { id: _, ...known } = before ?? { id: undefined, ...FIRST[kind] };
  const { pick } = flags;
  const draft: Record<string, unknown> = {
    ...known,
    ...(flags.draft === undefined ? {} : readDraft(flags.draft)),
    ...given({
      name: flags.name,
      splitSeconds: flags.split,
      filenamePattern: flags.pattern,
      maxLengthSeconds: flags.maxLength,
      targets: flags.target && (await targetIds(flags.target, access)),
      device: flags.device,
      // What was known of the old device is not true of another.
      identity: flags.device === undefined ? undefined : null,
      sampleRate: flags.rate,
      bitDepth: flags.bits,
      float: flags.float,
      channels: flags.channels ?? pick?.length,
      pick,
      container: flags.container,
      backend: flags.backend,
      url: flags.url,
      username: flags.username,
      password: flags.passwordStdin === true ? readInput().replace(/\r?\n$/, '') : undefined,
      format: flags.format,
      stallSeconds: flags.stall,
      cue: flags.cue,
      tagStreams: flags.tags,
      programme: flags.programme,
      seed: flags.seed,
    }),
    kind,
  };
  for (const name of flags.clear ?? []) {
    if (!Object.hasOwn(CLEARABLE, name)) {
      throw new Failure(EXIT.usage, `--clear takes ${Object.keys(CLEARABLE).join(', ')}, and no "${name}".`);
    }
    delete draft[CLEARABLE[name as keyof typeof CLEARABLE]];
  }
  if (draft['identity'] === null) delete draft['identity'];
  const foreign = Object.keys(given({ ...flags, clear: undefined, draft: undefined })).find(
    (flag) => OF_KIND[flag] !== undefined && !OF_KIND[flag].includes(kind),
  );
  if (foreign !== undefined) throw new Failure(EXIT.usage, `--${foreign} is not for a source of kind ${kind}.`);
  if (draft['name'] === undefined) throw new Failure(EXIT.usage, 'Give the source a name with --name.');
  if (kind === 'stream' && draft['url'] === undefined) {
    throw new Failure(EXIT.usage, 'Give the address of the stream with --url.');
  }
  return draft as unknown as Draft;
}

/** Flags that not every kind has. */
const OF_KIND: Readonly<Record<string, readonly Kind[]>> = {
  device: ['soundcard'],
  pick: ['soundcard'],
  float: ['soundcard'],
  backend: ['soundcard'],
  rate: ['soundcard', 'generator'],
  bits: ['soundcard', 'generator'],
  channels: ['soundcard', 'generator'],
  container: ['soundcard', 'generator'],
  url: ['stream'],
  username: ['stream'],
  format: ['stream'],
  stall: ['stream'],
  cue: ['stream'],
  tags: ['stream'],
  programme: ['generator'],
  seed: ['generator'],
};

const FIRST: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  soundcard: { device: DEFAULT_DEVICE, sampleRate: 48_000, bitDepth: 16, channels: 2 },
  stream: { username: '', format: 'auto' },
  generator: { programme: 'mixed', seed: 1, sampleRate: 48_000, bitDepth: 16, channels: 2 },
};

function readDraft(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = path === '-' ? readInput() : readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.usage, `The draft ${path} cannot be read (${why}). Name another file with --draft.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below, without the text: it may hold a password.
  }
  throw new Failure(EXIT.usage, `The draft ${path} is not one JSON object.`);
}

function readInput(): string {
  return readFileSync(0, 'utf8');
}

async function targetIds(names: readonly string[], access: Access): Promise<string[]> {
  const known = await access.request('targets.list', {});
  return names.map((name) => {
    const found = known.find(({ target }) => target.id === name || target.name.toLowerCase() === name.toLowerCase());
    if (found) return found.target.id;
    const all = known.map(({ target }) => `"${target.name}"`).join(', ');
    const there = all === '' ? 'There is none.' : `There are ${all}.`;
    throw new Failure(EXIT.usage, `There is no target "${name}". ${there}`);
  });
}

function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function number(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Enter a number.');
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => number(part));
}
