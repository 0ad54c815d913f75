import { z } from 'zod';
import { retentionSchema, sourceRetentionSchema } from './retention.ts';
import { type Settings, settingsSchema } from './settings.ts';

export interface MendedSettings {
  readonly settings: Settings;
  /** Paths of what was not valid and has its default, such as `alarms.rules.silence.seconds`. */
  readonly bad: readonly string[];
}

/**
 * Settings from anywhere: every value that is valid is kept, down to the single number of a rule, and what is missing
 * or not valid has its default. Undefined when it is no object at all.
 */
export function mendSettings(content: unknown, defaults: Settings): MendedSettings | undefined {
  if (!isRecord(content)) return undefined;
  const bad: string[] = [];
  const { retention, ...rest } = content;
  const mended = mend(settingsSchema, { ...rest, retention: mendRetention(retention, bad) }, defaults, '', bad);
  return { settings: settingsSchema.parse(mended), bad };
}

function mend(schema: z.core.$ZodType, value: unknown, fallback: unknown, path: string, bad: string[]): unknown {
  // A setting that did not exist when the file was written has its default.
  if (value === undefined) return fallback;
  if (schema instanceof z.ZodOptional) return mend(schema.unwrap(), value, fallback, path, bad);
  if (!(schema instanceof z.ZodObject) || !isRecord(value)) {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return parsed.data;
    bad.push(path);
    return fallback;
  }
  const before = isRecord(fallback) ? fallback : {};
  const parts = Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, part]) => {
    const kept = mend(part, value[key], before[key], path === '' ? key : `${path}.${key}`, bad);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(parts);
}

/** A rule for a source that cannot be read must not lead to its recordings being deleted: then all of them are kept. */
function mendRetention(content: unknown, bad: string[]): unknown {
  if (content === undefined || retentionSchema.safeParse(content).success) return content;
  if (!isRecord(content)) {
    bad.push('retention');
    return {};
  }
  const { sources, ...limits } = content;
  if (sources === undefined) return limits;
  if (!isRecord(sources)) {
    bad.push('retention.sources');
    return {};
  }
  const rules = Object.entries(sources).flatMap(([id, rule]) => {
    if (!z.uuid().safeParse(id).success) return [];
    const parsed = sourceRetentionSchema.safeParse(rule);
    if (!parsed.success) bad.push(`retention.sources.${id}`);
    return [[id, parsed.success ? parsed.data : { keep: true }] as const];
  });
  return { ...limits, sources: Object.fromEntries(rules) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
