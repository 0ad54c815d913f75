import { createHash } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { IsrConfig, IsrSource } from '../engine/studio/isr/isrConfig.ts';
import { isrSourceId } from '../engine/studio/isr/isrSourceId.ts';
import type { StudioPorts } from '../engine/studio/studio.ts';
import { DEFAULT_SETTINGS } from '../shared/domain/settings.ts';
import type { SourceConfig, SourceDraft } from '../shared/domain/source.ts';
import { errnoOf } from '../shared/errors.ts';
import type { StoredState } from '../shared/ports/settingsStore.ts';
import type { SourceId } from '../shared/units.ts';

type ArmTerms = ReturnType<NonNullable<StudioPorts['armTerms']>>;

/** What a headless run of an ISR configuration records, and how. */
export interface IsrRun {
  readonly state: StoredState;
  readonly terms: ReadonlyMap<SourceId, ArmTerms>;
  readonly passwords: ReadonlyMap<SourceId, string>;
  /** Names this run: the configuration file and the folder that it records into. */
  readonly key: string;
}

export interface IsrRunOptions {
  readonly config: IsrConfig;
  readonly configPath: string;
  /** Relative folders are below it. */
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In place of what the file says, for every source. */
  readonly splitSeconds: number | undefined;
  /** With no more than this free, recording ends until there is more; undefined: as by default. */
  readonly minFreeBytes: number | undefined;
  /** Files of MP3 and AAC begin with a tag; ISR writes the stream and nothing else. */
  readonly tagStreams: boolean;
}

export function planIsrRun(options: IsrRunOptions): IsrRun {
  const { config, configPath, workingDirectory, env, splitSeconds, minFreeBytes, tagStreams } = options;
  const folderOf = (outputDirectory: string): string => resolve(workingDirectory, outputDirectory);
  const folders = config.sources.map((source) => folderOf(source.outputDirectory));
  const general = folderOf(config.outputDirectory);
  // The ledger is where most recordings are; nothing is made in a folder that no source records into.
  const main = folders.includes(general) ? general : (folders[0] ?? general);

  const sources: SourceConfig[] = [];
  const terms = new Map<SourceId, ArmTerms>();
  const passwords = new Map<SourceId, string>();
  for (const [index, source] of config.sources.entries()) {
    const folder = folders[index] ?? main;
    const id = isrSourceId(main, basename(configPath), source.section);
    const { draft, password } = withoutPassword(source.draft);
    sources.push({ id, ...draft, ...(splitSeconds === undefined ? {} : { splitSeconds }) });
    terms.set(id, {
      retry: { maxTries: source.maxRetries, delaySeconds: source.retryDelaySeconds },
      ...(folder === main ? {} : { recordingsFolder: folder }),
    });
    const secret = env[passwordVariable(source)] ?? password;
    if (secret !== undefined && secret !== '') passwords.set(id, secret);
  }
  return {
    state: {
      settings: {
        ...DEFAULT_SETTINGS,
        recordingsFolder: main,
        tagStreams,
        ...(minFreeBytes === undefined ? {} : { minFreeBytes }),
      },
      sources,
      armed: sources.map(({ id }) => id),
    },
    terms,
    passwords,
    key: `${realpathSync(configPath)}\n${main}`,
  };
}

/** The environment variable that holds a source's password, in place of the file: `LONGTAKE_PASSWORD_RADIO_1`. */
export function passwordVariable({ draft }: Pick<IsrSource, 'draft'>): string {
  return `LONGTAKE_PASSWORD_${draft.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

/**
 * Where the catalogue of a run is kept from one start to the next. Not beside the recordings: those may lie on a
 * network, where SQLite is not at home, and whose disk may hang.
 */
export function dataFolders(key: string, env: IsrRunOptions['env']): readonly string[] {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return [join(runsFolder(env), name), join(tmpdir(), `longtake-${name}`)];
}

/** Where the catalogues of all runs are that ever were. */
export function runFolders(env: IsrRunOptions['env']): readonly string[] {
  const folder = runsFolder(env);
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function runsFolder({ LONGTAKE_USER_DATA: own, XDG_STATE_HOME: state }: IsrRunOptions['env']): string {
  return own !== undefined && own !== ''
    ? join(resolve(own), 'headless')
    : join(state !== undefined && state === resolve(state) ? state : join(homedir(), '.local', 'state'), 'longtake');
}

type StoredDraft =
  | Exclude<SourceDraft, { kind: 'stream' }>
  | Omit<Extract<SourceDraft, { kind: 'stream' }>, 'password'>;

function withoutPassword(draft: SourceDraft): { readonly draft: StoredDraft; readonly password: string | undefined } {
  if (draft.kind !== 'stream') return { draft, password: undefined };
  const { password, ...rest } = draft;
  return { draft: rest, password };
}
