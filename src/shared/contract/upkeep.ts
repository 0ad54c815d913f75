import { z } from 'zod';
import { MAX_CONFIG_BYTES } from '../decodeText.ts';

const nothing = z.strictObject({});
const text = z.string().max(MAX_CONFIG_BYTES, 'This file is larger than 1 MB: that is no file of settings.');

const changeSchema = z.object({
  /** Path of a setting, or a part of a source or a target. */
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type ImportChange = z.infer<typeof changeSchema>;

const importedThingSchema = z.object({
  /** What it is called here afterwards. */
  name: z.string(),
  outcome: z.enum(['added', 'changed', 'same']),
  changes: z.array(changeSchema),
  /** Its password is forgotten, for it would be sent to another address. */
  forgetsSecret: z.boolean(),
});

export const importPreviewSchema = z.object({
  /** Sentences about what in the file cannot be used. */
  problems: z.array(z.string()),
  settings: z.array(changeSchema),
  sources: z.array(importedThingSchema),
  targets: z.array(importedThingSchema),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

const usageSchema = z.object({ name: z.string(), bytes: z.number(), recordings: z.number() });
export type Usage = z.infer<typeof usageSchema>;

export const forecastSchema = z.object({
  /** By what is armed now, by what was recorded in the last 24 hours, and in the last 7 days. */
  basis: z.enum(['now', 'day', 'week']),
  /** Absent when it is not known; `unknown` says why then. */
  bytesPerSecond: z.number().optional(),
  /** Until recording ends for want of space; absent when that is not known, or never at this rate. */
  fullInMs: z.number().optional(),
  unknown: z.string().optional(),
});
export type Forecast = z.infer<typeof forecastSchema>;

export const storageOverviewSchema = z.object({
  roots: z.array(
    z.object({
      folder: z.string(),
      /** New recordings go there. */
      current: z.boolean(),
      bytes: z.number(),
      recordings: z.number(),
      /** Absent when the folder cannot be asked. */
      freeBytes: z.number().optional(),
    }),
  ),
  /** Largest first. */
  bySource: z.array(usageSchema),
  byContainer: z.array(usageSchema),
  /** Newest first, `YYYY-MM`. */
  byMonth: z.array(usageSchema),
  trash: z.object({ recordings: z.number(), bytes: z.number() }),
  /** At least one; the first that is known is the best. */
  forecasts: z.array(forecastSchema),
});
export type StorageOverview = z.infer<typeof storageOverviewSchema>;

export const logLineSchema = z.object({
  /** As the file has it. */
  at: z.string(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  /** Of the program, such as `studio/recorder`; empty for the whole. */
  part: z.string(),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

export const upkeepRequests = {
  /** All settings with sources, targets, rules and alarms as the text of one file; without secrets. */
  'settings.export': {
    input: nothing,
    output: z.object({ name: z.string(), text: z.string(), leftOut: z.array(z.string()) }),
  },
  /** What such a file would change. Changes nothing. */
  'settings.previewImport': { input: z.strictObject({ text }), output: importPreviewSchema },
  /** Takes it over. What is here and not in the file stays. */
  'settings.import': { input: z.strictObject({ text }), output: z.object({ problems: z.array(z.string()) }) },
  /** Takes the last import of this run back; CONFLICT when there is none. */
  'settings.undoImport': { input: nothing, output: z.void() },

  'storage.overview': { input: nothing, output: storageOverviewSchema },

  /** Lines of the log from a place on; without one, the last of them. */
  'logs.read': {
    input: z.strictObject({ from: z.int().min(0).optional() }),
    output: z.object({
      lines: z.array(logLineSchema),
      /** Where to go on. */
      next: z.number(),
      /** Where the files are; absent where the log goes to a terminal alone. */
      folder: z.string().optional(),
    }),
  },
  /** For whoever helps a person: versions, settings, sources, the last of the log; no secret of any kind. */
  'report.make': { input: nothing, output: z.object({ text: z.string() }) },
  /** Shows a licence of the runtime, by its name in `app.info`. Only where there is a desktop. */
  'desktop.openLicence': { input: z.strictObject({ name: z.string().max(200) }), output: z.void() },
} as const;
