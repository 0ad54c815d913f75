import { isDeepStrictEqual } from 'node:util';
import type { ImportChange, ImportPreview } from '../../../shared/contract/upkeep.ts';
import { mendSettings } from '../../../shared/domain/mendSettings.ts';
import { SETTING_ITEMS, settingAt } from '../../../shared/domain/settingItems.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { type SourceConfig, sourceConfigSchema } from '../../../shared/domain/source.ts';
import { type Target, targetAddress, targetSchema } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { StoredState } from '../../../shared/ports/settingsStore.ts';
import { bare, EXPORT_KIND, EXPORT_VERSION } from './exportFile.ts';

/** A source or a target of the file, beside the one that it is here. */
export interface PlannedThing<Thing> {
  /** As the file has it, with the id of the file. */
  readonly wanted: Thing;
  /** The one of that id, or of that name; absent: it is added. */
  readonly here: Thing | undefined;
  /** Its password must not be sent to the address that it has then. */
  readonly forgetsSecret: boolean;
}

export interface PlannedSettings {
  readonly problems: readonly string[];
  readonly settings: Settings;
  readonly sources: readonly PlannedThing<SourceConfig>[];
  readonly targets: readonly PlannedThing<Target>[];
  /** The secret of the webhook must not sign what goes elsewhere. */
  readonly forgetsHookSecret: boolean;
}

/** What a file would change here. Throws INVALID_INPUT for a text that is no file of settings. */
export function planSettings(text: string, state: StoredState): PlannedSettings {
  const content = parse(text);
  const problems: string[] = [];
  const mended = mendSettings(content['settings'], state.settings);
  if (content['settings'] !== undefined && !mended) problems.push('Its settings cannot be read and stay as they are.');
  for (const path of mended?.bad ?? []) problems.push(`The setting ${path} is not valid and stays as it is.`);
  const settings = keepHidden(mended?.settings ?? state.settings, state.settings);
  const targets = things(content['targets'], 'target', targetSchema, problems).map((wanted) =>
    planned(wanted, find(wanted, state.targets ?? []), (target) => targetAddress(target) ?? ''),
  );
  const sources = things(content['sources'], 'source', sourceConfigSchema, problems).map((wanted) => {
    const here = find(wanted, state.sources);
    return planned(withHiddenAddress(wanted, here), here, (source) => (source.kind === 'stream' ? source.url : ''));
  });
  return {
    problems,
    settings,
    sources,
    targets,
    forgetsHookSecret: originOf(settings.alarms.webhookUrl) !== originOf(state.settings.alarms.webhookUrl),
  };
}

/** The plan as people read it. */
export function previewOf(plan: PlannedSettings, state: StoredState): ImportPreview {
  return {
    problems: [...plan.problems],
    settings: SETTING_ITEMS.map(({ id }) => ({
      path: id,
      before: settingAt(state.settings, id),
      after: settingAt(plan.settings, id),
    })).filter(({ before, after }) => !isDeepStrictEqual(before, after)),
    sources: plan.sources.map(thingOf),
    targets: plan.targets.map(thingOf),
  };
}

function thingOf<Thing extends { readonly id: string; readonly name: string }>(
  thing: PlannedThing<Thing>,
): ImportPreview['sources'][number] {
  const { wanted, here, forgetsSecret } = thing;
  const changes = here ? changesOf(here, wanted) : [];
  return {
    name: wanted.name,
    outcome: here ? (changes.length > 0 ? 'changed' : 'same') : 'added',
    changes,
    forgetsSecret,
  };
}

/** Ids are this computer's own, and those of targets in a source are, too. */
export function changesOf(before: object, after: object): ImportChange[] {
  const [old, next] = [before, after].map((thing) => new Map<string, unknown>(Object.entries(thing)));
  const keys = new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])]);
  return [...keys]
    .filter((key) => key !== 'id' && key !== 'targets' && !isDeepStrictEqual(old?.get(key), next?.get(key)))
    .map((path) => ({ path, before: old?.get(path), after: next?.get(path) }));
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new LongtakeError('INVALID_INPUT', 'This is no file of settings: it is not JSON.', { cause: error });
  }
  if (!isRecord(content) || content['kind'] !== EXPORT_KIND) {
    throw new LongtakeError('INVALID_INPUT', 'This is no file of settings. Choose one that Longtake has exported.');
  }
  const { version } = content;
  if (typeof version !== 'number' || version > EXPORT_VERSION) {
    throw new LongtakeError('INVALID_INPUT', 'This file was written by a newer Longtake. Update this one first.');
  }
  return content;
}

interface Reader<Thing> {
  safeParse(value: unknown): { readonly success: true; readonly data: Thing } | { readonly success: false };
}

function things<Thing extends { readonly name: string }>(
  content: unknown,
  kind: 'source' | 'target',
  schema: Reader<Thing>,
  problems: string[],
): Thing[] {
  if (content === undefined) return [];
  if (!Array.isArray(content)) {
    problems.push(`Its ${kind}s cannot be read.`);
    return [];
  }
  const names = new Set<string>();
  return content.flatMap((item: unknown, index) => {
    const parsed = schema.safeParse(item);
    const name = isRecord(item) && typeof item['name'] === 'string' ? item['name'] : `number ${index + 1}`;
    if (!parsed.success) problems.push(`The ${kind} ${name} is not valid and is left out.`);
    else if (names.has(fold(name))) problems.push(`The ${kind} ${name} is there twice; the second is left out.`);
    const isGood = parsed.success && !names.has(fold(name));
    names.add(fold(name));
    return isGood ? [parsed.data] : [];
  });
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** The same thing here: by its id, and else by its name. One of another kind is another thing, with another name. */
function find<Thing extends Named>(wanted: Thing, here: readonly Thing[]): Thing | undefined {
  const same = here.filter(({ kind }) => kind === wanted.kind);
  return same.find(({ id }) => id === wanted.id) ?? same.find(({ name }) => fold(name) === fold(wanted.name));
}

function planned<Thing extends Named>(
  wanted: Thing,
  here: Thing | undefined,
  address: (thing: Thing) => string,
): PlannedThing<Thing> {
  const forgetsSecret = here !== undefined && originOf(address(here)) !== originOf(address(wanted));
  return { wanted, here, forgetsSecret };
}

/** What was left out of an address when it was exported is not lost where it still is. */
function withHiddenAddress(wanted: SourceConfig, here: SourceConfig | undefined): SourceConfig {
  if (wanted.kind !== 'stream' || here?.kind !== 'stream') return wanted;
  return bare(here.url).address === wanted.url ? { ...wanted, url: here.url } : wanted;
}

function keepHidden(settings: Settings, here: Settings): Settings {
  const isSame = bare(here.alarms.webhookUrl).address === settings.alarms.webhookUrl;
  return isSame ? { ...settings, alarms: { ...settings.alarms, webhookUrl: here.alarms.webhookUrl } } : settings;
}

const originOf = (address: string): string => (URL.canParse(address) ? new URL(address).origin : address);

const fold = (name: string): string => name.normalize('NFC').toLowerCase();

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
