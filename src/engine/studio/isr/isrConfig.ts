import { assertNever } from '../../../shared/assertNever.ts';
import { type SourceDraft, sourceDraftSchema } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { credentialsIn, parseUrl } from '../../../shared/webAddress.ts';
import { withoutCredentials } from '../../capture/stream/address.ts';
import { parseIni } from './ini.ts';
import { distinctPatterns, isrPattern } from './isrPattern.ts';
import { GENERAL, generalOf, type IsrProblem, type IsrValue, isGeneral, IsrValues } from './isrValues.ts';

export type { IsrProblem, IsrValue };

/** ISR's own defaults. */
export const ISR_DEFAULTS = {
  outputDirectory: 'recordings',
  splitMinutes: 60,
  filenamePattern: '%Y%m%d_%H%M%S',
  maxRetries: 10,
  retryDelaySeconds: 5,
  logLevel: 'INFO',
  logFile: 'recorder.log',
  sampleRate: 44_100,
  channels: 2,
} as const;

const MAX_SPLIT_MINUTES = 1440;
const MOST_RETRIES = 1_000_000;
const LONGEST_RETRY_DELAY_SECONDS = 86_400;
/** More sources than a computer has room for are a file that is no configuration. */
const MOST_SOURCES = 500;
const MAX_NAME_LENGTH = 80;

const TYPES = ['stream', 'soundcard'] as const;
const STREAM_FORMATS = ['auto', 'mp3', 'ogg', 'aac', 'flac', 'opus'] as const;
const SOUNDCARD_FORMATS = ['wav', 'flac'] as const;
const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'FATAL', 'NOTSET'] as const;
/** Keys that mean something in [general] alone. */
const LOG_KEYS: readonly string[] = ['log_level', 'log_file'];
const PLAN_KEYS = 'output_directory split_minutes filename_pattern max_retries retry_delay_seconds';
const SOURCE_KEYS = 'type url username password format device sample_rate channels';
const KEYS: readonly string[] = [...`${PLAN_KEYS} ${SOURCE_KEYS}`.split(' '), ...LOG_KEYS];

/** Which key a field of ours comes from. */
const KEY_OF: Readonly<Record<string, string>> = {
  url: 'url',
  username: 'username',
  password: 'password',
  device: 'device',
  sampleRate: 'sample_rate',
  channels: 'channels',
  format: 'format',
  container: 'format',
  filenamePattern: 'filename_pattern',
  splitSeconds: 'split_minutes',
};
/** Fields in which ISR may ask for more than is there. */
const LIMITED: readonly string[] = ['sampleRate', 'format', 'container'];

export type IsrLogLevel = (typeof LOG_LEVELS)[number];

/** A section of an ISR configuration that can be recorded. */
export interface IsrSource {
  /** As the file names it. */
  readonly section: string;
  /** From 1. */
  readonly line: number;
  /** With the password, if the file holds one; its name is the section's, made distinct where need be. */
  readonly draft: SourceDraft;
  /** As the file says: absolute, or relative to the working directory. */
  readonly outputDirectory: string;
  /** Failures in a row after which ISR gives up. */
  readonly maxRetries: number;
  readonly retryDelaySeconds: number;
  /** Every value that holds for it. */
  readonly values: readonly IsrValue[];
}

export interface IsrConfig {
  readonly outputDirectory: string;
  readonly logLevel: IsrLogLevel;
  /** Empty: no file. */
  readonly logFile: string;
  /** What holds for every source that does not say otherwise. */
  readonly values: readonly IsrValue[];
  /** In the file's order, without those that cannot be recorded. */
  readonly sources: readonly IsrSource[];
  /** In the file's order. With an `error` among them the file must be corrected. */
  readonly problems: readonly IsrProblem[];
}

/**
 * Reads an ISR configuration. Never throws: what is wrong is among the problems. `oneFolder`: its sources record into
 * one folder, whatever the file says.
 */
export function readIsrConfig(text: string, { oneFolder = false } = {}): IsrConfig {
  const file = parseIni(text);
  const problems: IsrProblem[] = file.problems.map(({ line, message }) => ({ kind: 'error', line, message }));
  const general = new IsrValues(file, generalOf(file) ?? { name: GENERAL, line: 1, entries: new Map() }, problems);
  const outputDirectory = general.text('output_directory', ISR_DEFAULTS.outputDirectory);
  general.text('split_minutes', String(ISR_DEFAULTS.splitMinutes));
  general.text('filename_pattern', ISR_DEFAULTS.filenamePattern);
  general.text('max_retries', String(ISR_DEFAULTS.maxRetries));
  general.text('retry_delay_seconds', String(ISR_DEFAULTS.retryDelaySeconds));
  const logLevel = general.choice('log_level', ISR_DEFAULTS.logLevel, LOG_LEVELS);
  const logFile = general.text('log_file', ISR_DEFAULTS.logFile);
  for (const { key } of general.unused()) {
    if (!KEYS.includes(key)) general.tell('note', key, unknownKey(key));
  }

  const sections = file.sections.filter((section) => !isGeneral(section));
  if (sections.length === 0 && file.problems.length === 0) {
    problems.push({
      kind: 'error',
      line: 1,
      message: 'There is no source. Add a section such as [radio] with a type.',
    });
  }
  if (sections.length > MOST_SOURCES) {
    problems.push({
      kind: 'error',
      line: sections[MOST_SOURCES]?.line ?? 1,
      message: `There are ${sections.length} sources. At most ${MOST_SOURCES} fit into one file.`,
    });
  }
  const names = new Set<string>();
  const sources = sections.slice(0, MOST_SOURCES).flatMap((section) => {
    const values = new IsrValues(file, section, problems);
    const source = readSource(values, distinctName(section.name, names));
    for (const { key } of values.unused()) values.tell('note', key, unusedKey(key, values));
    return source ? [source] : [];
  });
  return {
    outputDirectory,
    logLevel,
    logFile,
    values: [...general.asked.values()],
    sources: withDistinctNames(sources, problems, oneFolder),
    problems: problems.sort((a, b) => a.line - b.line),
  };
}

/** `config.ini:12: [radio] split_minutes is "x". Enter ...`: where a problem is, and what. */
export function problemText(fileName: string, { line, section, message }: IsrProblem): string {
  return `${fileName}:${line}: ${section === undefined ? '' : `[${section}] `}${message}`;
}

function readSource(values: IsrValues, name: string): IsrSource | undefined {
  const type = readType(values);
  const outputDirectory = values.text('output_directory', ISR_DEFAULTS.outputDirectory);
  if (outputDirectory === '') values.tell('error', 'output_directory', 'is empty. Name a folder.');
  const splitMinutes = values.whole('split_minutes', ISR_DEFAULTS.splitMinutes, 1, MAX_SPLIT_MINUTES);
  const filenamePattern = readPattern(values);
  const maxRetries = values.whole('max_retries', ISR_DEFAULTS.maxRetries, 0, MOST_RETRIES);
  const delay = ISR_DEFAULTS.retryDelaySeconds;
  const retryDelaySeconds = values.number('retry_delay_seconds', delay, 0, LONGEST_RETRY_DELAY_SECONDS);
  if (type === undefined || filenamePattern === undefined) return undefined;
  const fields = type === 'stream' ? streamFields(values) : soundcardFields(values);
  const draft = checkedDraft(values, { name, ...fields, splitSeconds: splitMinutes * 60, filenamePattern });
  if (!draft) return undefined;
  return {
    section: values.section,
    line: values.line,
    draft,
    outputDirectory,
    maxRetries,
    retryDelaySeconds,
    values: [...values.asked.values()],
  };
}

function readType(values: IsrValues): (typeof TYPES)[number] | undefined {
  if (values.entry('type')) {
    const type = values.choice<(typeof TYPES)[number] | ''>('type', '', TYPES);
    return type === '' ? undefined : type;
  }
  values.tell('error', 'type', 'is missing. Enter "type = stream" or "type = soundcard".');
  return undefined;
}

function readPattern(values: IsrValues): string | undefined {
  const text = values.text('filename_pattern', ISR_DEFAULTS.filenamePattern);
  try {
    return isrPattern(text);
  } catch (error) {
    if (!(error instanceof LongtakeError)) throw error;
    values.tell('error', 'filename_pattern', `cannot be used: ${error.message}`);
    return undefined;
  }
}

function streamFields(values: IsrValues): Record<string, unknown> {
  const text = values.text('url', '');
  if (text === '') values.tell('error', 'url', 'is missing. Enter the address of the stream.');
  const username = values.text('username', '');
  const password = values.text('password', '');
  const format = values.choice('format', 'auto', STREAM_FORMATS);
  const { url, ...inAddress } = splitAddress(text);
  const login = username === '' && password === '' ? inAddress : { username, password };
  return {
    kind: 'stream',
    url,
    username: login.username,
    ...(login.password === '' ? {} : { password: login.password }),
    format,
  };
}

/** A password in an address would be kept, and shown, with it. */
function splitAddress(text: string): { readonly url: string; readonly username: string; readonly password: string } {
  const url = parseUrl(text);
  const login = url && credentialsIn(url);
  if (!login) return { url: text, username: '', password: '' };
  return { url: withoutCredentials(url).href, ...login };
}

function soundcardFields(values: IsrValues): Record<string, unknown> {
  const device = values.text('device', 'default');
  return {
    kind: 'soundcard',
    device: device === '' ? 'default' : device,
    sampleRate: values.whole('sample_rate', ISR_DEFAULTS.sampleRate, 1, 1_000_000),
    bitDepth: 16,
    channels: values.whole('channels', ISR_DEFAULTS.channels, 1, 1024),
    container: values.choice('format', 'wav', SOUNDCARD_FORMATS),
  };
}

/** As the contract takes it; what it does not take is told by its key. */
function checkedDraft(values: IsrValues, fields: Record<string, unknown>): SourceDraft | undefined {
  const parsed = sourceDraftSchema.safeParse(fields);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const field = String(issue.path[0] ?? '');
    const key = KEY_OF[field] ?? 'type';
    const value = values.asked.get(key)?.value ?? '';
    if (key === 'url' && value === '') continue;
    if (LIMITED.includes(field)) {
      values.tell(
        'unsupported',
        key,
        `= ${value} cannot be recorded by this version of Longtake. Leave this source out, or change it.`,
      );
    } else values.tell('error', key, `cannot be used: ${issue.message}`);
  }
  return undefined;
}

/** A name for people and folders: short, on one line, and unlike the others also where letter case does not count. */
function distinctName(section: string, taken: Set<string>): string {
  const plain = section
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH - 5)
    .trim();
  const wanted = plain === '' ? 'Source' : plain;
  const isTaken = (name: string): boolean => taken.has(name.normalize('NFC').toLowerCase());
  let name = wanted;
  for (let number = 2; isTaken(name); number += 1) name = `${wanted} ${number}`;
  taken.add(name.normalize('NFC').toLowerCase());
  return name;
}

function withDistinctNames(sources: readonly IsrSource[], problems: IsrProblem[], oneFolder: boolean): IsrSource[] {
  const patterns = distinctPatterns(
    sources.map(({ draft, outputDirectory }) => ({
      pattern: draft.filenamePattern ?? ISR_DEFAULTS.filenamePattern,
      folder: oneFolder ? '' : outputDirectory.replace(/[/\\]+$/, ''),
      format: formatOf(draft),
    })),
  );
  return sources.map((source, index) => {
    const filenamePattern = patterns[index] ?? ISR_DEFAULTS.filenamePattern;
    if (filenamePattern === source.draft.filenamePattern) return source;
    problems.push({
      kind: 'note',
      line: source.line,
      section: source.section,
      key: 'filename_pattern',
      message:
        `filename_pattern is that of another source in the same folder. Its files have "_${source.draft.name}" added ` +
        'to their names. Give it a filename_pattern of its own to name them otherwise.',
    });
    return { ...source, draft: { ...source.draft, filenamePattern } };
  });
}

function formatOf(draft: SourceDraft): string {
  switch (draft.kind) {
    case 'soundcard':
      return draft.container ?? 'wav';
    case 'stream':
      return draft.format;
    case 'generator':
      return 'wav';
    default:
      return assertNever(draft);
  }
}

function unknownKey(key: string): string {
  return `is no key that ISR knows, and is not used. Remove it, or correct "${key}" if it is misspelt.`;
}

function unusedKey(key: string, { asked }: IsrValues): string {
  if (LOG_KEYS.includes(key)) return 'is taken from [general] alone: there is one log.';
  if (!KEYS.includes(key)) return unknownKey(key);
  return `is not used by a source of type ${asked.get('type')?.value ?? 'unknown'}.`;
}
