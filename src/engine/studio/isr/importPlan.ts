import type { IsrPreview, IsrSetting } from '../../../shared/contract/isr.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { SourceDraft } from '../../../shared/domain/source.ts';
import { type IsrConfig, type IsrSource, type IsrValue, problemText } from './isrConfig.ts';

/** How the file is called in sentences about it: its name is not known here. */
const FILE = 'line';
const KEPT = 'Kept with the other passwords';

/** A section of the file with the source that it becomes in this studio. */
export interface PlannedImport {
  readonly source: IsrSource;
  readonly draft: SourceDraft;
  readonly renamed: boolean;
}

/**
 * What the sections become beside the sources that are there: with names of their own, and following the studio's
 * settings where these say the same.
 */
export function planImport(
  { sources }: IsrConfig,
  settings: Settings,
  known: readonly string[],
): readonly PlannedImport[] {
  const names = new Set(known.map(fold));
  return sources.map((source) => {
    const name = freeName(source.draft.name, names);
    names.add(fold(name));
    const { splitSeconds, filenamePattern, ...draft } = source.draft;
    return {
      source,
      draft: {
        ...draft,
        name,
        ...(splitSeconds === undefined || splitSeconds === settings.splitSeconds ? {} : { splitSeconds }),
        ...(filenamePattern === undefined || filenamePattern === settings.filenamePattern ? {} : { filenamePattern }),
      },
      renamed: name !== source.draft.name,
    };
  });
}

/** What every source inherits is told once, and what a source says itself, or what comes of it, with the source. */
export function previewImport(config: IsrConfig, plan: readonly PlannedImport[], settings: Settings): IsrPreview {
  const inherited = new Set(config.values.map(({ key }) => key));
  return {
    sources: plan.map(({ source, draft, renamed }) => ({
      section: source.section,
      name: draft.name,
      kind: draft.kind === 'stream' ? 'stream' : 'soundcard',
      renamed,
      settings: source.values
        .filter((value) => value.own || !inherited.has(value.key) || isAdapted(value, source.draft))
        .map((value) => settingOf(value, source.draft, settings)),
    })),
    general: config.values.map((value) => settingOf(value, undefined, settings)),
    problems: config.problems.map((problem) => ({
      kind: problem.kind,
      line: problem.line,
      sentence: problemText(FILE, problem).replace(`${FILE}:`, 'Line '),
    })),
  };
}

function isAdapted({ key, value }: IsrValue, { filenamePattern }: SourceDraft): boolean {
  return key === 'filename_pattern' && filenamePattern !== value;
}

/** `draft` is absent for what holds for all sources. */
function settingOf({ key, value }: IsrValue, draft: SourceDraft | undefined, settings: Settings): IsrSetting {
  const stream = draft?.kind === 'stream' ? draft : undefined;
  switch (key) {
    case 'password':
      return taken(key, value === '' ? '' : '••••••', stream?.password === undefined ? 'None' : KEPT);
    case 'username':
      return taken(key, value, stream?.username || 'None');
    case 'url':
      return taken(key, withoutLogin(value), stream?.url ?? value);
    case 'filename_pattern':
      return taken(key, value, draft?.filenamePattern ?? value);
    case 'split_minutes':
      return taken(key, value, `A new file every ${value} min`);
    case 'output_directory':
      return left(key, value, `Recordings go to ${settings.recordingsFolder}.`);
    case 'max_retries':
      return left(key, value, 'Longtake tries again for as long as the source is armed.');
    case 'retry_delay_seconds':
      return left(key, value, 'Longtake tries again at once, then at most every 30 s.');
    case 'log_level':
    case 'log_file':
      return left(key, value, 'Longtake keeps a log of its own.');
    default:
      return taken(key, value, value);
  }
}

function taken(key: string, value: string, becomes: string): IsrSetting {
  return { key, value, becomes, taken: true };
}

function left(key: string, value: string, becomes: string): IsrSetting {
  return { key, value, becomes, taken: false };
}

function withoutLogin(address: string): string {
  return address.replace(/\/\/[^/?#@]*@/, '//');
}

/** As long as a name may be. */
const LONGEST_NAME = 80;

function freeName(wanted: string, names: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; names.has(fold(name)); number += 1) {
    const suffix = ` ${number}`;
    name = `${wanted.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
  }
  return name;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
