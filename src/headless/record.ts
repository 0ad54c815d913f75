import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { decodeFileText, MAX_CONFIG_BYTES } from '../shared/decodeText.ts';
import { type IsrConfig, type IsrLogLevel, problemText, readIsrConfig } from '../engine/studio/isr/isrConfig.ts';
import { errorText } from '../shared/errors.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { acquireLock, type InstanceLock } from '../engine/platform/instanceLock.ts';
import { dataFolders, type IsrRun, planIsrRun } from './isrRun.ts';
import { type HeadlessLog, type Level, openHeadlessLog } from './log.ts';
import { openRunControl, recordUntilEnd } from './recordRun.ts';
import { previewRun } from './previewRun.ts';
import { createHeadlessStudio, keptInMemory } from './studio.ts';

export interface RecordOptions {
  readonly config: string;
  /** Say what would be recorded, and record nothing. */
  readonly check: boolean;
  /** Events as JSON on stdout; the log then goes to stderr. */
  readonly json: boolean;
  readonly splitSeconds: number | undefined;
  readonly minFreeBytes: number | undefined;
  /** Files of MP3 and AAC begin with a tag. */
  readonly tagStreams: boolean;
  /** Starts the child processes. */
  readonly processHost: ProcessHost;
}

const LEVELS: Readonly<Record<IsrLogLevel, Level>> = {
  NOTSET: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
  FATAL: 'error',
};

/** `longtake record`: runs an ISR configuration until it is told to end, or until every source has given up. */
export async function record(options: RecordOptions): Promise<ExitCode> {
  const { config, told } = readConfig(options.config);
  const workingDirectory = process.cwd();
  const run = planIsrRun({
    config,
    configPath: options.config,
    workingDirectory,
    env: process.env,
    splitSeconds: options.splitSeconds,
    minFreeBytes: options.minFreeBytes,
    tagStreams: options.tagStreams,
  });
  if (options.check) {
    for (const line of told) process.stderr.write(`${line}\n`);
    process.stdout.write(previewRun(run, options.json));
    return config.sources.length > 0 ? EXIT.done : EXIT.usage;
  }
  const log = openLog(config, options, workingDirectory);
  try {
    for (const line of told) log.warn(line);
    if (config.sources.length === 0) throw new Failure(EXIT.usage, 'No source of this file can be recorded.');
    const lock = await lockRun(run, log);
    try {
      return await runStudio(run, log, options);
    } finally {
      lock?.release();
    }
  } catch (error) {
    log.error(error instanceof Failure ? error.message : `Longtake could not record. ${errorText(error)}`);
    return error instanceof Failure ? error.exitCode : EXIT.failed;
  } finally {
    await log.close();
  }
}

/** `told` has a sentence for each thing that a person should know. Throws {@link Failure} for a file to correct. */
function readConfig(path: string): { readonly config: IsrConfig; readonly told: readonly string[] } {
  let bytes: Uint8Array;
  try {
    const { size } = statSync(path);
    if (size > MAX_CONFIG_BYTES) {
      throw new Failure(EXIT.usage, `${path} is larger than 1 MB: that is no configuration. Name another file.`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.usage, `The configuration ${path} cannot be read (${why}). Name it with --config.`);
  }
  const config = readIsrConfig(decodeFileText(bytes));
  const name = basename(path);
  const errors = config.problems.filter(({ kind }) => kind === 'error');
  if (errors.length > 0) {
    const lines = errors.map((problem) => problemText(name, problem));
    throw new Failure(EXIT.usage, `${lines.join('\n')}\nNothing is recorded. Correct the file, then try again.`);
  }
  return { config, told: config.problems.map((problem) => problemText(name, problem)) };
}

function openLog(config: IsrConfig, { json }: RecordOptions, workingDirectory: string): HeadlessLog {
  const file = config.logFile === '' ? undefined : resolve(workingDirectory, config.logFile);
  try {
    return openHeadlessLog({
      level: LEVELS[config.logLevel],
      file,
      terminal: json ? process.stderr : process.stdout,
      now: () => Date.now(),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(EXIT.failed, `The log file ${file ?? ''} cannot be made (${why}). Correct log_file.`);
  }
}

async function lockRun({ key }: IsrRun, log: HeadlessLog): Promise<InstanceLock | undefined> {
  let lock: InstanceLock | undefined;
  try {
    lock = await acquireLock(key);
  } catch (error) {
    // Recording comes first; names are unique also without it.
    log.warn('It is not known whether another longtake runs with this configuration.', { error: String(error) });
    return undefined;
  }
  if (lock) return lock;
  throw new Failure(EXIT.failed, 'Another longtake records with this configuration into this folder already.');
}

async function runStudio(run: IsrRun, log: HeadlessLog, { json, processHost }: RecordOptions): Promise<ExitCode> {
  const { state, terms, passwords } = run;
  const dataFolder = await makeDataFolder(run, log);
  const studio = createHeadlessStudio({
    processHost,
    log,
    kept: keptInMemory(state, passwords),
    sharesFolder: true,
    dataFolder,
    armTerms: (id) => terms.get(id) ?? {},
  });
  let ready: () => void = () => undefined;
  const started = new Promise<void>((fulfil) => {
    ready = fulfil;
  });
  const control = await openRunControl(dataFolder, { studio, ready: () => started, log });
  try {
    return await recordUntilEnd({
      studio,
      log,
      json,
      sources: () => state.sources,
      recordingsFolder: state.settings.recordingsFolder,
      start: async () => {
        await studio.start();
        ready();
      },
    });
  } finally {
    control?.close();
  }
}

async function makeDataFolder({ key }: IsrRun, log: HeadlessLog): Promise<string> {
  const folders = dataFolders(key, process.env);
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    } catch (error) {
      log.warn('A folder for the catalogue cannot be made.', { folder, error: String(error) });
    }
  }
  throw new Failure(EXIT.failed, `None of these folders can be made: ${folders.join(', ')}. Set XDG_STATE_HOME.`);
}
