import { z } from 'zod';
import { type Arming, armingSchema } from '../../shared/domain/arming.ts';
import { mendSettings } from '../../shared/domain/mendSettings.ts';
import { type Settings, settingsSchema } from '../../shared/domain/settings.ts';
import { sourceConfigSchema } from '../../shared/domain/source.ts';
import { type Target, targetSchema } from '../../shared/domain/target.ts';
import type { StoredState } from '../../shared/ports/settingsStore.ts';
import { sourceId } from '../../shared/units.ts';

/** Turns the content of one version of the settings file into that of the next. */
export type Migration = (content: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** `migrations[n]` makes version n + 2 of version n + 1. They are frozen: a released one never changes. */
export const migrations: readonly Migration[] = [];

/** Version that this program writes. */
export const SETTINGS_VERSION = migrations.length + 1;

const settingsFileSchema = z.object({
  version: z.literal(SETTINGS_VERSION),
  settings: settingsSchema,
  sources: z.array(sourceConfigSchema),
  armed: z.array(z.uuid()),
  armings: z.record(z.string(), armingSchema).optional(),
  analysisPaused: z.boolean().optional(),
  targets: z.array(targetSchema).optional(),
});

/** The settings file as JSON schema, by property; for the file as it is written, before defaults and brands. */
export function settingsJsonSchema(): NonNullable<z.core.JSONSchema.JSONSchema['properties']> {
  return z.toJSONSchema(settingsFileSchema, { io: 'input' }).properties ?? {};
}

export interface ReadSettings {
  readonly state: StoredState;
  /** Sentences for the person about everything that could not be used; empty when all could. */
  readonly problems: readonly string[];
}

/**
 * Reads what a settings file of any version held. Never throws: each part that is not valid is left out or
 * replaced by its default, and told of, so that one bad value does not cost a studio its sources.
 */
export function readSettingsFile(
  content: unknown,
  defaults: Settings,
  steps: readonly Migration[] = migrations,
): ReadSettings {
  const nothing: StoredState = { settings: defaults, sources: [], armed: [] };
  if (!isRecord(content)) return { state: nothing, problems: ['It is not a settings file.'] };
  const migrated = migrate(content, steps);
  if (typeof migrated === 'string') return { state: nothing, problems: [migrated] };

  const problems: string[] = [];
  const settings = readSettings(migrated['settings'], defaults, problems);
  const sources = readSources(migrated['sources'], problems);
  const known = new Set<unknown>(sources.map((source) => source.id));
  const armed = (Array.isArray(migrated['armed']) ? migrated['armed'] : []).filter((id) => known.has(id));
  const armings = readArmings(migrated['armings'], known);
  const targets = readTargets(migrated['targets'], problems);
  const state: StoredState = {
    settings,
    sources,
    armed: armed.map((id) => sourceId(String(id))),
    ...(Object.keys(armings).length > 0 ? { armings } : {}),
    ...(migrated['analysisPaused'] === true ? { analysisPaused: true } : {}),
    ...(targets.length > 0 ? { targets } : {}),
  };
  return { state, problems };
}

function migrate(
  content: Readonly<Record<string, unknown>>,
  steps: readonly Migration[],
): Readonly<Record<string, unknown>> | string {
  const version = content['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return 'It names no version.';
  if (version > steps.length + 1) return `It was written by a newer Longtake (version ${version} of the file).`;
  try {
    return steps.slice(version - 1).reduce((current, step) => step(current), content);
  } catch (error) {
    return `It could not be brought from version ${version} to the present one (${String(error)}).`;
  }
}

function readSettings(content: unknown, defaults: Settings, problems: string[]): Settings {
  if (content === undefined) return defaults;
  const mended = mendSettings(content, defaults);
  if (!mended) problems.push('Its settings were not readable.');
  for (const path of mended?.bad ?? []) problems.push(`The setting ${path} was not valid.`);
  return mended?.settings ?? defaults;
}

function readSources(content: unknown, problems: string[]): StoredState['sources'] {
  if (content === undefined) return [];
  if (!Array.isArray(content)) {
    problems.push('Its sources were not readable.');
    return [];
  }
  return content.flatMap((item: unknown, index) => {
    const parsed = sourceConfigSchema.safeParse(item);
    if (parsed.success) return [parsed.data];
    problems.push(`The source ${nameOf(item, index)} was not valid.`);
    return [];
  });
}

function readTargets(content: unknown, problems: string[]): Target[] {
  if (content === undefined) return [];
  if (!Array.isArray(content)) {
    problems.push('Its targets were not readable.');
    return [];
  }
  return content.flatMap((item: unknown, index) => {
    const parsed = targetSchema.safeParse(item);
    if (parsed.success) return [parsed.data];
    problems.push(`The target ${nameOf(item, index)} was not valid.`);
    return [];
  });
}

function nameOf(item: unknown, index: number): string {
  return isRecord(item) && typeof item['name'] === 'string' ? item['name'] : `number ${index + 1}`;
}

/** One that is not valid is left out without a word: the source is armed and not paused. */
function readArmings(content: unknown, known: ReadonlySet<unknown>): Record<string, Arming> {
  if (!isRecord(content)) return {};
  return Object.fromEntries(
    Object.entries(content).flatMap(([id, item]) => {
      const parsed = armingSchema.safeParse(item);
      return known.has(id) && parsed.success ? [[id, parsed.data]] : [];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
